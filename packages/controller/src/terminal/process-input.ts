import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import type { InputStream } from '../world.ts';

/** Standard input of this process; prompts go to its standard error. */
export class ProcessInput implements InputStream {
  readonly #input: NodeJS.ReadStream;
  readonly #prompts: NodeJS.WriteStream;

  constructor(input: NodeJS.ReadStream, prompts: NodeJS.WriteStream) {
    this.#input = input;
    this.#prompts = prompts;
  }

  get isTerminal(): boolean {
    return this.#input.isTTY;
  }

  readAll(): Promise<string> {
    return text(this.#input);
  }

  async readLine(prompt: string, signal: AbortSignal): Promise<string | undefined> {
    const lines = createInterface({ input: this.#input, output: this.#prompts });
    // On a terminal readline takes ctrl-C for itself; handed on, it does what it does everywhere else.
    lines.on('SIGINT', () => {
      process.kill(process.pid, 'SIGINT');
    });
    const ended = new Promise<undefined>((resolve) => {
      lines.once('close', () => {
        resolve(undefined);
      });
    });
    try {
      return await Promise.race([lines.question(prompt, { signal }), ended]);
    } finally {
      lines.close();
    }
  }
}
