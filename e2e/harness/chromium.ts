import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** The repository's own finder: environment, path, cache, and then the distribution's packages. */
const finder = new URL('../../scripts/chromium.mjs', import.meta.url);

/** Where a Chromium is, or a sentence that says why there is none on this machine. */
export async function findChromium(): Promise<{ readonly path: string } | { readonly reason: string }> {
  const found = (await import(finder.href)) as { findChromium: typeof findChromium };
  return found.findChromium();
}

interface Reply {
  readonly id?: number;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** A headless Chromium with a profile of its own, spoken to through its debugging pipe. */
export class Chromium {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #exited: Promise<void>;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #calls = 0;
  #words = '';

  private constructor(path: string, profile: string, flags: readonly string[]) {
    this.#profile = profile;
    this.#child = spawn(
      path,
      [
        ...['--headless', '--remote-debugging-pipe', `--user-data-dir=${profile}`, '--no-first-run'],
        // Its own sandbox does not work for root and in containers; nothing but our own pages is opened.
        ...['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
        ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
        ...['--no-proxy-server', '--disable-popup-blocking', ...flags],
      ],
      { stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'] },
    );
    const keep = (chunk: Buffer): void => {
      this.#words = (this.#words + chunk.toString()).slice(-4000);
    };
    this.#child.stdout?.on('data', keep);
    this.#child.stderr?.on('data', keep);
    this.#exited = new Promise((resolve) => {
      const ended = (): void => {
        for (const answer of this.#waiting.values()) answer({ error: { message: 'Chromium is gone' } });
        resolve();
      };
      this.#child.once('error', ended);
      this.#child.once('close', ended);
    });
    (this.#child.stdio[3] as Writable).on('error', () => undefined);
    this.#listen(this.#child.stdio[4] as Readable);
  }

  static async start(path: string, flags: readonly string[] = []): Promise<Chromium> {
    const profile = await mkdtemp(join(tmpdir(), 'waystation-chromium-'));
    const chromium = new Chromium(path, profile, flags);
    await chromium.#call('Browser.getVersion');
    return chromium;
  }

  /** Opens a page in a tab of its own and resolves once it was loaded. */
  async open(url: string): Promise<Tab> {
    const { targetId } = await this.#call('Target.createTarget', { url });
    const { sessionId } = await this.#call('Target.attachToTarget', { targetId, flatten: true });
    const tab = {
      run: async (expression: string): Promise<unknown> => {
        const asked = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
        const { result, exceptionDetails } = await this.#call('Runtime.evaluate', asked, String(sessionId));
        if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
        return (result as { value?: unknown }).value;
      },
    };
    const loaded = `new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', () => done()))`;
    const deadline = performance.now() + 60_000;
    // The tab shows an empty page until it has navigated.
    while ((await tab.run(`${loaded}.then(() => location.href)`).catch(() => '')) !== url) {
      if (performance.now() > deadline) throw new Error(`${url} did not load: ${this.#words}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return tab;
  }

  /** Ends it, and removes its profile. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    void this.#call('Browser.close').catch(() => undefined);
    await this.#exited;
    clearTimeout(timer);
    // Processes of it that are slow to go may still write there; what is left lies in the system's temporary folder.
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }).catch(
      () => undefined,
    );
  }

  async #call(
    method: string,
    params: Readonly<Record<string, unknown>> = {},
    sessionId?: string,
  ): Promise<Readonly<Record<string, unknown>>> {
    const id = ++this.#calls;
    const reply = await new Promise<Reply>((resolve) => {
      const late = setTimeout(() => {
        resolve({ error: { message: 'no answer within 180 s' } });
      }, 180_000);
      this.#waiting.set(id, (answer) => {
        clearTimeout(late);
        resolve(answer);
      });
      const message = { id, method, params, ...(sessionId !== undefined && { sessionId }) };
      (this.#child.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    });
    this.#waiting.delete(id);
    if (reply.error !== undefined) throw new Error(`${method}: ${reply.error.message}\n${this.#words}`);
    return reply.result ?? {};
  }

  #listen(pipe: Readable): void {
    let rest = '';
    pipe.setEncoding('utf8');
    pipe.on('error', () => undefined);
    pipe.on('data', (chunk: string) => {
      const messages = (rest + chunk).split('\0');
      rest = messages.pop() ?? '';
      for (const message of messages) {
        const reply = JSON.parse(message) as Reply;
        if (reply.id !== undefined) this.#waiting.get(reply.id)?.(reply);
      }
    });
  }
}

/** A page that is open. */
export interface Tab {
  /** Evaluates an expression as if a person had just clicked, awaits its promise, and gives the value. */
  readonly run: (expression: string) => Promise<unknown>;
}
