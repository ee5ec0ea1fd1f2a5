// What `npm start` leaves behind when it is killed: it writes down what it runs, and the next start ends that.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { until } from './part.mjs';
import { commandOf } from './process-facts.mjs';
import { signalGroup } from './run-command.mjs';
import { SetupError } from './setup.mjs';

/** Writes down us and the parts that run. */
export async function writeRecord(file, parts) {
  const running = [];
  for (const { name, pid } of parts) {
    const command = pid === undefined ? undefined : await commandOf(pid);
    if (command !== undefined) running.push({ name, pid, command });
  }
  const own = { pid: process.pid, command: await commandOf(process.pid) };
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, JSON.stringify({ start: own, parts: running }));
}

/** Nothing runs any more. */
export async function removeRecord(file) {
  await rm(file, { force: true });
}

/**
 * Ends what an earlier start that was killed left running, and only that: a pid counts only as long as its
 * command is the one written down. Refuses when that start still runs.
 */
export async function endLeftovers(file) {
  const record = await readFile(file, 'utf8').then(JSON.parse, () => undefined);
  if (record?.start === undefined) return;
  if (await isStill(record.start)) {
    throw new SetupError(
      `npm start runs already (process ${record.start.pid}). End it there by ctrl-C, or by kill ${record.start.pid}.`,
    );
  }
  for (const part of record.parts) {
    if (!(await isStill(part))) continue;
    signalGroup(part.pid, 'SIGKILL');
    await until(`${part.name} of an earlier start is gone`, async () => !(await isStill(part)));
  }
  await removeRecord(file);
}

async function isStill({ pid, command }) {
  return command !== undefined && (await commandOf(pid)) === command;
}
