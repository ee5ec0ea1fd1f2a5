import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { endLeftovers, writeRecord } from './leftovers.mjs';
import { Part, until } from './part.mjs';
import { lives } from './process-facts.mjs';
import { endCommands, runCommand } from './run-command.mjs';

let folder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waystation-scripts-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A program that starts another one, writes down its pid, and hears no request to end. */
const stubborn = (file) => `
  const { spawn } = require('node:child_process');
  process.on('SIGTERM', () => {});
  const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)']);
  require('node:fs').writeFileSync(${JSON.stringify(file)}, String(child.pid));
  setInterval(() => {}, 1000);
`;

const pidIn = (file) =>
  until('the inner process runs', async () => Number(await readFile(file, 'utf8')) || undefined);

it('gives exit code and output, also of a program that does not exist', async () => {
  expect(
    await runCommand(process.execPath, ['-e', 'console.log("said"); process.exit(3)'], { quiet: true }),
  ).toEqual({ code: 3, output: 'said\n' });
  expect(await runCommand(join(folder, 'nothing'), [], { quiet: true })).toMatchObject({ code: 127 });
});

it('ends commands that do not want to end, with what they started', async () => {
  const file = join(folder, 'pid');
  const running = runCommand(process.execPath, ['-e', stubborn(file)], { quiet: true });
  const inner = await pidIn(file);
  await endCommands();
  await running;
  await until('the inner process is gone', async () => !lives(inner));
});

it('a later start ends what one that was killed left, and nothing else', async () => {
  const record = join(folder, 'parts.json');
  const part = new Part('left', process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
    onDeath: () => undefined,
  });
  await writeRecord(record, [part]);
  await expect(endLeftovers(record)).rejects.toThrow('runs already');
  const written = JSON.parse(await readFile(record, 'utf8'));
  // The start is gone; another program has its pid.
  written.start.command = 'another program';
  await writeFile(record, JSON.stringify({ ...written, parts: [{ ...written.parts[0], command: 'other' }] }));
  await endLeftovers(record);
  expect(lives(part.pid)).toBe(true);
  await writeFile(record, JSON.stringify(written));
  await endLeftovers(record);
  await part.ended;
  await expect(readFile(record)).rejects.toThrow('ENOENT');
});
