import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pickFreePort, startEtcd } from '@waystation/etcd/testing';
import { expect, it } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { binOf } from '../harness/executables.ts';
import { Process } from '../harness/process.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';
import { runWayctl } from '../harness/wayctl.ts';

const run = promisify(execFile);
const scene = sceneOfFile();

it('tells etcd that is away from one that refuses, by words and exit code', async () => {
  const nowhere = String(await pickFreePort());
  const away = await runWayctl(['strategy', 'get', '--etcd-endpoints', `http://127.0.0.1:${nowhere}`]);
  expect(away).toMatchObject({ code: 5 });
  expect(away.output).toContain(nowhere);

  const etcd = await startEtcd({ tls: true, auth: { user: 'operator', password: 'right' } });
  try {
    const [right, wrong] = [scene().path('right'), scene().path('wrong')];
    await writeFile(right, 'right\n', { mode: 0o600 });
    await writeFile(wrong, 'wrong\n', { mode: 0o600 });
    const access = (password: string, ca: readonly string[]) => [
      ...['--etcd-endpoints', etcd.endpoint, '--etcd-user', 'operator'],
      ...['--etcd-password-file', password, ...ca],
    ];
    const ca = ['--etcd-ca', etcd.certificates?.ca ?? ''];
    const file = await scene().write(scene().strategy());
    expect(await runWayctl(['strategy', 'apply', '-f', file, '--yes', ...access(right, ca)])).toMatchObject({
      code: 0,
    });
    expect(await runWayctl(['strategy', 'get', ...access(wrong, ca)])).toMatchObject({ code: 7 });
    expect(await runWayctl(['strategy', 'get', ...access(right, [])])).toMatchObject({ code: 5 });
  } finally {
    await etcd.stop();
  }
});

it('a lost race changes nothing and names who was first', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const revision = String(await set.revision());
  await set.mustWayctl('weights', 'set', 'default', 'cn-hangzhou=1', 'ap-southeast-1=1', '--yes');
  const before = await set.mustWayctl('strategy', 'get');
  const lost = await set.wayctl(
    'weights',
    'set',
    'default',
    'cn-hangzhou=9',
    'ap-southeast-1=1',
    '--yes',
    '--if-revision',
    revision,
  );
  expect(lost.code).toBe(4);
  expect(await set.mustWayctl('strategy', 'get')).toBe(before);
});

it('asks before it changes anything, and without a terminal refuses unless it is told --yes', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const { code, output } = await set.wayctl('weights', 'set', 'default', 'cn-hangzhou=2', 'ap-southeast-1=1');
  expect(code).toBe(2);
  expect(output).toContain('--yes');
});

it('a reader that goes away ends it quietly', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const wayctl = `'${process.execPath}' '${binOf('wayctl')}' strategy get --etcd-endpoints ${set.etcd.endpoint}`;
  const { stdout, stderr } = await run('/bin/sh', ['-c', `${wayctl} | head -n 1`]);
  expect(stdout).toContain('revision');
  expect(stderr).toBe('');
});

it('ctrl-C in the middle of an edit keeps what was typed and changes nothing', async () => {
  const set = scene();
  await set.apply(set.strategy());
  const before = await set.mustWayctl('strategy', 'get');
  const folder = set.path('editor');
  await mkdir(folder);
  const editor = join(folder, 'editor.sh');
  await writeFile(
    editor,
    `#!/bin/sh\necho '# typed by hand' >> "$1"\necho "$1" > '${folder}/file'\nexec sleep 60\n`,
  );
  await chmod(editor, 0o755);
  const edit = new Process({
    name: 'wayctl strategy edit',
    args: [binOf('wayctl'), 'strategy', 'edit', '--yes', '--etcd-endpoints', set.etcd.endpoint],
    env: { EDITOR: editor, TMPDIR: folder },
  });
  await eventually('the editor is open', async () => {
    edit.mustRun();
    expect(await readdir(folder)).toContain('file');
  });
  edit.signal('SIGINT');
  const { code } = await edit.exited;
  expect(code).toBe(130);
  const kept = (await readFile(join(folder, 'file'), 'utf8')).trim();
  expect(edit.lines.join('\n')).toContain(kept);
  expect(await readFile(kept, 'utf8')).toContain('# typed by hand');
  expect(await set.mustWayctl('strategy', 'get')).toBe(before);
});
