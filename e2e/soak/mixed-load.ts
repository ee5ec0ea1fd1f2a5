import { SteadyApplication } from '../game-day/steady-application.ts';
import type { Client } from '../game-day/steady-application.ts';
import { NativeClient } from '../harness/native-client.ts';
import { OfficialClient } from '../harness/official-client.ts';

/** What the applications of a soak were told. */
export interface LoadEnd {
  readonly begun: number;
  /** OutIds of those told OK. */
  readonly accepted: readonly string[];
  /** OutIds of those told last that nothing was sent. */
  readonly notSent: readonly string[];
  /** How many were told last that it is not known. */
  readonly unknown: number;
  /** How many got no answer that the API has: what was told them, and how often. */
  readonly unanswered: Readonly<Record<string, number>>;
  /** What else was told last, and how often. */
  readonly told: Readonly<Record<string, number>>;
  readonly repeats: number;
}

const unknownCodes: ReadonlySet<string> = new Set([
  'SEND_OUTCOME_UNKNOWN',
  'SEND_IN_PROGRESS',
  'waystation.SendOutcomeUnknown',
  'waystation.SendInProgress',
]);
/** Codes of both APIs and of the provider; all else is an error of the connection, or no code at all. */
const codePattern = /^(?:SEND_|waystation\.|ServiceUnavailable$|Throttling|is[vp]\.)/;

/** Both APIs, one number and several, with keys and without, at a steady rate of some 35 messages a second. */
export class MixedLoad {
  readonly #native: NativeClient;
  readonly #applications: readonly SteadyApplication[];

  constructor(agentUrl: string) {
    const [native, official] = [new NativeClient(agentUrl), new OfficialClient(agentUrl)];
    this.#native = native;
    const batches: Client = {
      send: (outId, key, number) => native.sendBatch(outId, key, numbersFrom(number)),
    };
    const officialBatches: Client = {
      send: (outId, _, number) => official.sendBatch(outId, numbersFrom(number)),
    };
    this.#applications = [
      new SteadyApplication(native, { prefix: 'native', keyed: false, pauseMs: 400 }),
      new SteadyApplication(native, { prefix: 'native-keyed', pauseMs: 400 }),
      new SteadyApplication(official, { prefix: 'compat', keyed: false, pauseMs: 400 }),
      new SteadyApplication(new OfficialClient(agentUrl, { attempts: 1 }), {
        prefix: 'compat-keyed',
        pauseMs: 400,
      }),
      new SteadyApplication(batches, { prefix: 'batch', keyed: false, pauseMs: 2000 }),
      new SteadyApplication(batches, { prefix: 'batch-keyed', pauseMs: 2000 }),
      new SteadyApplication(officialBatches, { prefix: 'compat-batch', keyed: false, pauseMs: 2000 }),
    ];
  }

  get count(): { readonly begun: number; readonly accepted: number } {
    const counts = this.#applications.map(({ count }) => count);
    return {
      begun: counts.reduce((sum, { begun }) => sum + begun, 0),
      accepted: counts.reduce((sum, { accepted }) => sum + accepted, 0),
    };
  }

  start(): void {
    for (const application of this.#applications) application.start(4);
  }

  /** Lets everyone come to an end, those with keys within `patienceMs`. */
  async end(patienceMs: number): Promise<LoadEnd> {
    const { begun } = this.count;
    const wishes = await Promise.all(this.#applications.map((application) => application.end(patienceMs)));
    await this.#native.close();
    const open = wishes.flatMap((each) => each.open);
    const answered = open.filter(({ told }) => codePattern.test(told));
    const notSent = answered.filter(({ told }) => !unknownCodes.has(told));
    return {
      begun: Math.max(begun, this.count.begun),
      accepted: wishes.flatMap((each) => each.accepted),
      notSent: notSent.map(({ outId }) => outId),
      unknown: answered.length - notSent.length,
      unanswered: tally(open.map(({ told }) => told).filter((told) => !codePattern.test(told))),
      told: tally(answered.map(({ told }) => told)),
      repeats: wishes.reduce((sum, { repeats }) => sum + repeats, 0),
    };
  }
}

/** Three numbers, of which no other message has one. */
function numbersFrom(number: string): readonly string[] {
  return ['138', '139', '137'].map((start) => start + number.slice(3));
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
