import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runEditor } from './run-editor.ts';

let folder = '';
let file = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wayctl editor's "));
  file = join(folder, 'strategy.yaml');
  await writeFile(file, 'weight: 70\n');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

const calm = () => ({ onTerminal: false, interrupted: new AbortController().signal });

it('opens the file with a command that has arguments, whatever characters its path has', async () => {
  expect(await runEditor("sed -i 's/70/30/'", file, calm())).toEqual({ kind: 'closed' });
  expect(await readFile(file, 'utf8')).toBe('weight: 30\n');
});

it.each([
  ['false', { kind: 'failed', reason: 'exit code 1' }],
  ['no-such-editor-at-all', { kind: 'failed', reason: 'exit code 127' }],
  ['kill -INT $$; true', { kind: 'interrupted' }],
  ['exit 130; true', { kind: 'interrupted' }],
])('tells how %j ended', async (command, result) => {
  expect(await runEditor(command, file, calm())).toEqual(result);
});

it('ends the editor and what it started when wayctl is interrupted', async () => {
  const ctrl = new AbortController();
  const pidFile = join(folder, 'pid');
  // A shell that starts the real editor, as editors' wrappers do.
  const command = `sh -c 'sleep 600 & echo $! > "$0.new"; mv "$0.new" "$0"; wait' '${pidFile.replaceAll("'", "'\\''")}'`;
  const ended = runEditor(command, file, { onTerminal: false, interrupted: ctrl.signal });
  const pid = Number(await eventually(() => readFile(pidFile, 'utf8')));
  ctrl.abort('SIGINT');
  expect(await ended).toEqual({ kind: 'interrupted' });
  await eventually(async () => {
    if (await isAlive(pid)) throw new Error(`${pid} lives`);
  });
});

async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries >= 400) throw error;
      await delay(50);
    }
  }
}

/** A process that has ended but that nobody has collected (Linux) is not alive. */
async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  return !stat.includes(') Z ');
}
