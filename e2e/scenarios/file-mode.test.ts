import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { expect, it } from 'vitest';
import { byChannel, failures } from '../harness/application.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const scene = sceneOfFile();

it('a strategy file is followed through renames, editors and half-written text', async () => {
  const set = scene();
  const folder = set.path('files');
  await mkdir(folder);
  const file = join(folder, 'strategy.yaml');
  const by = (channel: string) =>
    stringify(
      set.strategy({
        routes: [
          { name: 'default', policy: { kind: 'primary-backup', order: [channel] }, onUnknownOutcome: 'fail' },
        ],
      }),
    );
  await writeFile(file, by('cn-hangzhou'));
  const agent = await set.agent({ source: ['--strategy-file', file] });
  const application = set.application(agent, 'file');
  const stop = application.keepSending(2);
  expect(byChannel(await application.sendMany(5, 1))).toEqual({ 'cn-hangzhou': 5 });

  const digest = async () => (await agent.status()).strategy?.digest;
  const changed = async (before: string | undefined) => {
    await agent.until('routes by the new file', ({ strategy }) => {
      expect(strategy?.digest).not.toBe(before);
    });
  };

  let before = await digest();
  await writeFile(join(folder, '.strategy.new'), by('ap-southeast-1'));
  await rename(join(folder, '.strategy.new'), file);
  await changed(before);
  expect(byChannel(await application.sendMany(5, 1))).toEqual({ 'ap-southeast-1': 5 });

  before = await digest();
  await writeFile(file, by('cn-hangzhou').slice(0, 120));
  await agent.until('refuses half a file', ({ refused, strategy }) => {
    expect(refused).toBeDefined();
    expect(strategy?.digest).toBe(before);
  });
  await writeFile(file, by('cn-hangzhou'));
  await changed(before);

  before = await digest();
  await rename(file, `${file}~`);
  await writeFile(file, by('ap-southeast-1'));
  await changed(before);

  before = await digest();
  await writeFile(join(folder, 'real.yaml'), by('cn-hangzhou'));
  await symlink('real.yaml', join(folder, 'link'));
  await rename(join(folder, 'link'), file);
  await changed(before);

  const answers = await stop();
  expect(failures(answers)).toEqual([]);
});
