import { seededRandom } from '@waystation/core/testing';
import { snapshotOf } from '../send-fixture.ts';
import { Caller } from './caller.ts';
import type { Call, Crash, History } from './history.ts';
import { callsOf, channelName, shapeOf, startWall } from './history.ts';
import { Life } from './life.ts';
import { faultsOf, ModelledDisk } from './modelled-journal-file.ts';
import { ModelledProcess } from './modelled-process.ts';
import type { World } from './modelled-process.ts';
import { ModelledProvider } from './modelled-provider.ts';
import { Phones } from './phones.ts';
import { strategyOf } from './strategy-of.ts';
import type { Fate, Told } from './told.ts';
import { VirtualTime } from './virtual-time.ts';

/** What came of a history. */
export interface Run {
  readonly history: History;
  readonly phones: Phones;
  readonly told: readonly Told[];
  /** When everything was over, and every channel in use again. */
  readonly peaceAt: number;
  /** What was said to those who came again with each key after everything was over. */
  readonly askedAgain: readonly Told[];
  /** What became of every message that was kept to be sent later. */
  readonly fates: readonly Fate[];
  /** When each process ended, and what it was about to do. */
  readonly crashes: readonly { readonly at: number; readonly before: string | undefined }[];
  /** What is wrong with the journal in itself. */
  readonly journalFaults: readonly string[];
  /** Callers that were never told anything, by their number. */
  readonly untold: readonly number[];
}

/** Long enough for every call, late answer and block of a history to be over. */
const aftermathMs = 70_000;
/** Until messages that wait have gone out or expired: as long as one may wait, and a clock that jumped is doubted. */
const longestWaitMs = 1_200_000;
const lookMs = 10_000;
/** Between two looks whether a question was answered. */
const answerMs = 100;

/** Lets a history happen: real drivers, modelled world, virtual time. */
export async function runHistory(history: History): Promise<Run> {
  const time = new VirtualTime(startWall);
  const uninstall = time.install();
  try {
    return await new Happening(history, time).run();
  } finally {
    uninstall();
  }
}

class Happening {
  readonly #history: History;
  readonly #time: VirtualTime;
  readonly #world: World;
  readonly #phones = new Phones();
  readonly #drained = new Set<string>();
  readonly #crashesToCome: Extract<Crash, { kind: 'step' }>[];
  readonly #crashes: { readonly at: number; readonly before: string | undefined }[] = [];
  readonly #told: Told[] = [];
  readonly #askedAgain: Told[] = [];
  #callers: Caller[] = [];
  #process: ModelledProcess | undefined;

  constructor(history: History, time: VirtualTime) {
    this.#history = history;
    this.#time = time;
    const random = seededRandom(history.seed);
    const provider = new ModelledProvider({ time, random, phones: this.#phones }, history);
    this.#world = {
      time,
      random,
      provider,
      disk: new ModelledDisk(),
      snapshot: snapshotOf(strategyOf(history)),
    };
    this.#crashesToCome = history.crashes.filter((crash) => crash.kind === 'step');
  }

  async run(): Promise<Run> {
    const calls = callsOf(this.#history);
    const { crashes, drains, clockJumps, phases } = this.#history;
    this.#startProcess();
    this.#callers = calls.map((call, at) => this.#caller(call, at));
    for (const crash of crashes) if (crash.kind === 'at') this.#crashAt(crash.atMs, crash.downMs);
    for (const { atMs, channel } of drains) {
      this.#time.after(atMs, () => {
        this.#drained.add(channelName(channel));
        this.#process?.renew(this.#drained);
      });
    }
    for (const { atMs, byMs } of clockJumps) {
      this.#time.after(atMs, () => {
        this.#time.jump(byMs);
      });
    }
    const last = Math.max(
      0,
      ...calls.map(({ atMs, timeoutMs, repeats, pauseMs }) => atMs + (timeoutMs + pauseMs) * (repeats + 1)),
      ...phases.map(({ fromMs, forMs }) => fromMs + forMs),
    );
    await this.#time.runUntil(last + aftermathMs);
    const waitsUntil = this.#time.now() + longestWaitMs;
    let fates = await this.#fates();
    while (this.#isWaiting(fates) && this.#time.now() < waitsUntil) {
      await this.#time.runUntil(this.#time.now() + lookMs);
      fates = await this.#fates();
    }
    const peaceAt = this.#time.now();
    await this.#askAgain();
    const untold = this.#callers.flatMap((caller, at) => (caller.waiting ? [at] : []));
    return {
      history: this.#history,
      phones: this.#phones,
      told: this.#told,
      peaceAt,
      askedAgain: this.#askedAgain,
      fates,
      crashes: this.#crashes,
      journalFaults: faultsOf(this.#world.disk.rows()),
      untold,
    };
  }

  /** In peace, every key is asked for once more: nobody is kept waiting for what is over. */
  async #askAgain(): Promise<void> {
    this.#crashesToCome.length = 0;
    this.#process?.life.spare();
    this.#drained.clear();
    this.#process?.renew(this.#drained);
    const keys = new Set(this.#history.calls.flatMap(({ key }) => (key === undefined ? [] : [key])));
    const call = { atMs: 0, timeoutMs: 5000, repeats: 0, pauseMs: 0 };
    [...keys].forEach((key, at) => {
      this.#callers.push(this.#caller({ ...call, key }, 1000 + at, this.#askedAgain));
    });
    await this.#time.runUntil(this.#time.now() + 10_000);
  }

  #isWaiting(fates: readonly Fate[]): boolean {
    const kinds = fates.map(({ kind }) => kind);
    // Between two tries a message is in nobody's hands while the disk writes down what the first came to.
    const until = this.#world.disk.latestDeliverBy() ?? -Infinity;
    const onDisk = until > this.#time.wallTime() - lookMs;
    return onDisk || (this.#process?.waiting ?? 1) > 0 || kinds.includes('pending');
  }

  /** Whoever was told that its message waits asks what became of it. */
  async #fates(): Promise<readonly Fate[]> {
    const kept = new Map(
      this.#told.flatMap(({ tag, answer }) =>
        answer.kind === 'result' && answer.result.kind === 'pending'
          ? [[answer.result.id, tag] as const]
          : [],
      ),
    );
    return await this.#answered((process) =>
      Promise.all(
        [...kept].map(async ([id, tag]): Promise<Fate> => {
          const found = await process?.find(id);
          return { tag, id, ...(found && { kind: found.kind }) };
        }),
      ),
    );
  }

  /** Lets time pass until a process has answered: one that has just started opens its journal first, or ends again. */
  async #answered<Answer>(ask: (process: ModelledProcess | undefined) => Promise<Answer>): Promise<Answer> {
    for (;;) {
      const asked = this.#process;
      let answer: { readonly said: Answer } | undefined;
      void ask(asked).then((said) => (answer = { said }));
      await this.#time.runUntil(this.#time.now());
      while (answer === undefined && this.#process === asked) {
        await this.#time.runUntil(this.#time.now() + answerMs);
      }
      if (answer !== undefined) return answer.said;
    }
  }

  #caller(call: Call, number: number, told = this.#told): Caller {
    const caller = new Caller(
      {
        time: this.#time,
        process: () => this.#process,
        onTold: (one) => void told.push(one),
      },
      call,
      shapeOf(this.#history, call),
      number,
    );
    caller.start();
    return caller;
  }

  #startProcess(): void {
    const crash = this.#crashesToCome.shift();
    const life = new Life(
      this.#time,
      () => {
        this.#ended(life, crash?.downMs ?? 100);
      },
      crash?.step,
    );
    this.#process = new ModelledProcess(this.#world, life, this.#history);
    this.#process.start(this.#drained);
  }

  #crashAt(atMs: number, downMs: number): void {
    this.#time.after(atMs, () => {
      const process = this.#process;
      if (process === undefined) return;
      this.#downMs = downMs;
      process.life.end();
    });
  }

  #downMs: number | undefined;

  #ended(life: Life, downMs: number): void {
    this.#crashes.push({ at: this.#time.now(), before: life.next });
    this.#process = undefined;
    this.#time.endProcess();
    this.#world.disk.crash(this.#world.random);
    for (const caller of this.#callers) caller.drop();
    this.#time.after(this.#downMs ?? downMs, () => {
      this.#startProcess();
    });
    this.#downMs = undefined;
  }
}
