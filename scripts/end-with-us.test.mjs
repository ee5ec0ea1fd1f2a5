import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Part, until } from './part.mjs';
import { lives } from './process-facts.mjs';
import { signalGroup } from './run-command.mjs';

let folder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waystation-scripts-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Starts a program that runs `inner` as a part and ends it when it is ended itself. */
async function startOuter(inner) {
  const source = `
    import { endChildrenWithUs } from ${JSON.stringify(import.meta.resolve('./end-with-us.mjs'))};
    import { Part } from ${JSON.stringify(import.meta.resolve('./part.mjs'))};
    const part = new Part('inner', process.execPath, ['-e', ${JSON.stringify(inner)}], {
      onDeath: (why) => console.log(why),
      patienceMs: 60_000,
    });
    endChildrenWithUs(() => part.stop(console.log), () => part.kill());
    console.log('started');
  `;
  const env = { ...process.env, npm_lifecycle_event: undefined };
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { env, detached: true });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  await until('it has started', async () => output.includes('started'));
  return { child, ended, output: () => output };
}

const pidIn = (file) =>
  until('the inner process runs', async () => Number(await readFile(file, 'utf8')) || undefined);

it('a second ctrl-C ends at once what does not end by itself, and the first says what is waited for', async () => {
  const file = join(folder, 'pid');
  const outer = await startOuter(`
    process.on('SIGTERM', () => {});
    require('node:fs').writeFileSync(${JSON.stringify(file)}, String(process.pid));
    setInterval(() => {}, 1000);
  `);
  try {
    const inner = await pidIn(file);
    outer.child.kill('SIGINT');
    await until('it is said', async () => outer.output().includes('waiting for the inner to end'), 10_000);
    outer.child.kill('SIGINT');
    await until('all is gone', async () => !lives(inner) && outer.child.exitCode !== null, 10_000);
    expect(await outer.ended).toBe(130);
  } finally {
    const inner = Number(await readFile(file, 'utf8'));
    signalGroup(inner, 'SIGKILL');
    signalGroup(outer.child.pid, 'SIGKILL');
  }
});

it('a ctrl-C that npm hands on as well is one, so that what ends in order may', async () => {
  const file = join(folder, 'pid');
  const orderly = join(folder, 'ended-in-order');
  const outer = await startOuter(`
    const { writeFileSync } = require('node:fs');
    process.on('SIGTERM', () => setTimeout(() => {
      writeFileSync(${JSON.stringify(orderly)}, 'yes');
      process.exit(0);
    }, 100));
    writeFileSync(${JSON.stringify(file)}, String(process.pid));
    setInterval(() => {}, 1000);
  `);
  await pidIn(file);
  outer.child.kill('SIGINT');
  outer.child.kill('SIGTERM');
  outer.child.kill('SIGHUP');
  await outer.ended;
  expect(await readFile(orderly, 'utf8')).toBe('yes');
});

it('ends a part that does not end within its patience, and says so', async () => {
  const file = join(folder, 'pid');
  const part = new Part(
    'stubborn',
    process.execPath,
    [
      '-e',
      `process.on('SIGTERM', () => {});
       require('node:fs').writeFileSync(${JSON.stringify(file)}, String(process.pid));
       setInterval(() => {}, 1000);`,
    ],
    { onDeath: () => undefined, patienceMs: 100 },
  );
  await pidIn(file);
  const said = [];
  await part.stop((words) => said.push(words));
  expect(lives(part.pid)).toBe(false);
  expect(said).toEqual(['the stubborn did not end within 0.1 s and is killed']);
});
