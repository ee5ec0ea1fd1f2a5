import { defaultAllowEndpoints, parseAllowEndpoint } from '@waystation/core';
import type { AllowEndpoint, Clock, Random } from '@waystation/core';
import { CredentialBook } from '../credentials/credential-book.ts';
import type { Environment } from '../credentials/credential-environment.ts';
import { DefaultChain, officialChain } from '../credentials/default-chain.ts';
import type { AskChain } from '../credentials/default-chain.ts';
import { HealthTracker } from '../health/health-tracker.ts';
import { probeHost } from '../health/probe-host.ts';
import type { ProbeTarget } from '../health/probe-host.ts';
import { LimitBook } from '../limits/limit-book.ts';
import type { AgentLogger } from '../log/logger.ts';
import { openChannel } from '../pool/open-channel.ts';
import type { OpenChannelOptions } from '../pool/open-channel.ts';
import { IdleAges } from '../provider/transport/idle-ages.ts';
import type { BootClock } from '../reconcile/boot-clock.ts';
import { PastSearcher } from '../reconcile/past-searcher.ts';
import { searchOptions } from '../reconcile/search-options.ts';
import { Searcher } from '../reconcile/searcher.ts';
import type { SendSide } from '../status/send-side.ts';
import { TimingWheel } from '../timing/timing-wheel.ts';
import { AccountCaller } from './account-caller.ts';
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
  /** Told when a channel came into another state of health. */
  readonly onHealthChanged?: () => void;
  /** A clock that outlives this process; absent: nobody knows how long ago an earlier process did something. */
  readonly bootClock?: BootClock;
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
  /** Whether hosts are probed as the strategy says. Default true; without, attempts alone tell of health. */
  readonly probes?: boolean;
}

/**
 * Reads this host's credentials and gives the sending half, ready for its first strategy. Rejects with
 * `CONFIG_INVALID` where the credentials' file cannot be used.
 */
export async function openSending(
  dependencies: SendingDependencies,
  options: SendingOptions,
): Promise<SendSide> {
  const { clock, random, log, onCredentialsChanged, onHealthChanged, askChain, bootClock } = dependencies;
  const { allowEndpoints, env, credentialsFile, channels, probes = true } = options;
  const credentials = new CredentialBook(
    {
      env,
      chain: new DefaultChain({ clock, ask: askChain ?? officialChain() }),
      log: log.child({ component: 'credentials' }),
    },
    credentialsFile === undefined ? {} : { file: credentialsFile },
  );
  const blocks = new BlockBook(clock, onHealthChanged);
  await credentials.start(() => {
    blocks.forgetCredentials();
    onCredentialsChanged?.();
  });
  const alarms = new TimingWheel(clock);
  const idleAges = new IdleAges();
  const routing = new Routing({
    rules: { allowEndpoints: [...aliyunEndpoints(), ...allowEndpoints], credentials },
    openChannel: (name, channel) =>
      openChannel({ clock, alarms, credentials, idleAges }, name, channel, channels),
    troubles: () => credentials.troubles,
    log: log.child({ component: 'routing' }),
  });
  const alerts = new AttemptAlerts({ clock, log: log.child({ component: 'send' }) });
  const ca = channels?.connections?.ca;
  const health = new HealthTracker({
    clock,
    random,
    log: log.child({ component: 'health' }),
    ...(probes && {
      probe: (target: ProbeTarget, signal: AbortSignal) =>
        probeHost({ clock, credentials, ca }, target, signal),
    }),
    ...(onHealthChanged && { onChange: onHealthChanged }),
  });
  const limits = new LimitBook({ clock, onChange: onHealthChanged });
  const strategy = () => routing.current()?.snapshot.strategy;
  const searcher = new Searcher(
    { clock, log: log.child({ component: 'reconcile' }) },
    searchOptions(strategy),
  );
  const sender = new Sender({ routing, alerts, blocks, limits, health, searcher, alarms, clock, random });
  const caller = new AccountCaller({ routing, clock });
  const past = new PastSearcher({ routing, searcher, clock, ...(bootClock && { bootClock }) });
  return new Sending({ credentials, routing, sender, caller, blocks, limits, health, searcher, past, clock });
}

function aliyunEndpoints(): AllowEndpoint[] {
  return defaultAllowEndpoints.map((text) => {
    const read = parseAllowEndpoint(text);
    if (!read.ok) throw new Error(`an allowed endpoint of our own: ${read.message}`);
    return read.entry;
  });
}
