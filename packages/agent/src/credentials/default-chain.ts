import type { Clock, Instant } from '@waystation/core';
import type { CredentialResult } from './credential.ts';

/** Asks Alibaba's default credential chain once; rejects where it finds nothing. */
export type AskChain = () => Promise<{
  readonly accessKeyId?: string;
  readonly accessKeySecret?: string;
  readonly securityToken?: string;
}>;

interface Answer {
  readonly result: CredentialResult;
  readonly at: Instant;
}

/** For how long an answer of the chain is used without asking again, and how long it is used meanwhile. */
const freshMs = 60_000;
const usableMs = 600_000;
const retryMs = 5000;

/**
 * Alibaba's default credential chain, asked when it is first needed and again as its tokens come and go: an answer
 * older than a minute is refreshed in the background, one older than ten is waited for. After it found nothing it
 * is not asked again for 5 s.
 */
export class DefaultChain {
  readonly #clock: Clock;
  readonly #ask: AskChain;
  /** The last key it gave. */
  #found: Answer | undefined;
  /** That it found nothing; absent once it gives a key. */
  #refused: Answer | undefined;
  #asking: Promise<CredentialResult> | undefined;

  constructor({ clock, ask }: { readonly clock: Clock; readonly ask: AskChain }) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** The credential to sign with now. Never rejects. */
  async current(): Promise<CredentialResult> {
    const fresh = this.#younger(this.#found, freshMs);
    if (fresh !== undefined) return fresh.result;
    const found = this.#younger(this.#found, usableMs);
    const refused = this.#younger(this.#refused, retryMs);
    if (refused !== undefined) return (found ?? refused).result;
    const asked = this.#refresh();
    return found === undefined ? await asked : found.result;
  }

  #younger(answer: Answer | undefined, ms: number): Answer | undefined {
    return answer !== undefined && this.#clock.now() - answer.at < ms ? answer : undefined;
  }

  #refresh(): Promise<CredentialResult> {
    this.#asking ??= this.#askOnce().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #askOnce(): Promise<CredentialResult> {
    const result = await this.#ask().then(
      ({ accessKeyId, accessKeySecret, securityToken }): CredentialResult => {
        if (!accessKeyId || !accessKeySecret) return nothingFound;
        const token = securityToken ? { securityToken } : {};
        return { ok: true, credential: { kind: 'aliyun', accessKeyId, accessKeySecret, ...token } };
      },
      () => nothingFound,
    );
    const answer = { result, at: this.#clock.now() };
    // A chain that stops answering does not take away a token that is still good.
    this.#refused = result.ok ? undefined : answer;
    if (result.ok) this.#found = answer;
    return result;
  }
}

const nothingFound: CredentialResult = {
  ok: false,
  reason: "Alibaba's default credential chain holds no key for this host",
};

/** The official package's chain, loaded when first asked. */
export function officialChain(): AskChain {
  let chain: { getCredentials(): ReturnType<AskChain> } | undefined;
  return async () => {
    const { DefaultCredentialsProvider } = await import('@alicloud/credentials');
    chain ??= DefaultCredentialsProvider.builder().build();
    try {
      return await chain.getCredentials();
    } catch (error) {
      // After a failure it would only ask the last of its sources again.
      chain = undefined;
      throw error;
    }
  };
}
