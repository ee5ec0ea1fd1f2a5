import { rename, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { Scene } from '../harness/scene.ts';
import type { AccessKey } from '../harness/simulator.ts';

/** The account's access key as it is rotated: the new one comes into the agent's file, the one before last ends. */
export class RotatingKey {
  readonly file: string;
  readonly #scene: Scene;
  #keys: readonly AccessKey[] = [];
  #rotations = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.file = scene.path('credentials.yaml');
  }

  /** How often it was rotated since its first. */
  get rotations(): number {
    return Math.max(0, this.#rotations - 1);
  }

  /** Gives the account a further key and writes it for the agent, as careful people do: beside it, then in its place. */
  async rotate(): Promise<void> {
    this.#rotations += 1;
    const name = `Rotated${String(this.#rotations)}`;
    const key: AccessKey = { accessKeyId: `LTAI${name}`, accessKeySecret: `secret-of-${name}` };
    this.#keys = [...this.#keys.slice(-1), key];
    await this.#scene.simulator.setKeys('main', this.#keys);
    const beside = `${this.file}.new`;
    await writeFile(beside, stringify({ main: key }), { mode: 0o600 });
    await rename(beside, this.file);
  }
}
