import { defaultAllowEndpoints, parseAllowEndpoint } from '@waystation/core';
import type { AllowEndpoint, Clock, Random } from '@waystation/core';
import { CredentialBook } from '../credentials/credential-book.ts';
import type { Environment } from '../credentials/credential-environment.ts';
import { DefaultChain, officialChain } from '../credentials/default-chain.ts';
import type { AskChain } from '../credentials/default-chain.ts';
import type { AgentLogger } from '../log/logger.ts';
import { openChannel } from '../pool/open-channel.ts';
import type { OpenChannelOptions } from '../pool/open-channel.ts';
import type { SendSide } from '../status/send-side.ts';
import { AttemptAlerts } from './attempt-alerts.ts';
import { BlockBook } from './block-book.ts';
import { Routing } from './routing.ts';
import { Sender } from './sender.ts';
import { Sending } from './sending.ts';

/** What the sending half is built with. */
export interface SendingDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: AgentLogger;
  /** Told when the credentials' file changed: a strategy that was refused for them may be good now. */
  readonly onCredentialsChanged?: () => void;
  /** In place of the official package's default chain. */
  readonly askChain?: AskChain;
}

/** What this host allows and holds. */
export interface SendingOptions {
  /** `--allow-endpoint`: what a strategy may name besides the SMS hosts of Aliyun. */
  readonly allowEndpoints: readonly AllowEndpoint[];
  /** The process's environment, for `WAYSTATION_CREDENTIAL_…`. */
  readonly env: Environment;
  /** `--credentials-file` */
  readonly credentialsFile?: string;
  readonly channels?: OpenChannelOptions;
}

/**
 * Reads this host's credentials and gives the sending half, ready for its first strategy. Rejects with
 * `CONFIG_INVALID` where the credentials' file cannot be used.
 */
export async function openSending(
  { clock, random, log, onCredentialsChanged, askChain }: SendingDependencies,
  options: SendingOptions,
): Promise<SendSide> {
  const { allowEndpoints, env, credentialsFile, channels } = options;
  const credentials = new CredentialBook(
    {
      env,
      chain: new DefaultChain({ clock, ask: askChain ?? officialChain() }),
      log: log.child({ component: 'credentials' }),
    },
    credentialsFile === undefined ? {} : { file: credentialsFile },
  );
  const blocks = new BlockBook(clock);
  await credentials.start(() => {
    blocks.forgetCredentials();
    onCredentialsChanged?.();
  });
  const routing = new Routing({
    rules: { allowEndpoints: [...aliyunEndpoints(), ...allowEndpoints], credentials },
    openChannel: (name, channel) => openChannel({ clock, credentials }, name, channel, channels),
    troubles: () => credentials.troubles,
    log: log.child({ component: 'routing' }),
  });
  const alerts = new AttemptAlerts({ clock, log: log.child({ component: 'send' }) });
  const sender = new Sender({ routing, alerts, blocks, clock, random });
  return new Sending({ credentials, routing, sender, blocks });
}

function aliyunEndpoints(): AllowEndpoint[] {
  return defaultAllowEndpoints.map((text) => {
    const read = parseAllowEndpoint(text);
    if (!read.ok) throw new Error(`an allowed endpoint of our own: ${read.message}`);
    return read.entry;
  });
}
