import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { failures } from '../harness/application.ts';
import { eventually } from '../harness/eventually.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const scene = sceneOfFile({
  etcd: { tls: true, auth: { user: 'operator', password: 'operators-password' } },
});

it('an agent with a role of its own follows a secured etcd through its restart, and may write nothing else', async () => {
  const set = scene();
  const passwords = { operator: set.path('operator'), agents: set.path('agents') };
  await writeFile(passwords.operator, 'operators-password\n', { mode: 0o600 });
  await writeFile(passwords.agents, 'agents-password\n', { mode: 0o600 });
  const tls = ['--etcd-ca', set.etcd.certificates?.ca ?? ''];
  const as = (user: 'operator' | 'agents') => [
    ...tls,
    ...['--etcd-user', user, '--etcd-password-file', passwords[user]],
  ];
  const operator = as('operator');

  await set.apply(set.strategy(), ...operator);
  const user = `agent=agents:${passwords.agents}`;
  await set.mustWayctl('etcd', 'roles', '--create', '--user', user, ...operator);

  const agent = await set.agent({ id: 'secured', flags: as('agents') });
  const application = set.application(agent, 'secured');
  const stop = application.keepSending(2);
  await eventually('its report is seen', async () => {
    expect(await set.mustWayctl('agents', ...operator)).toContain('secured');
  });

  // The tokens that a restarted etcd gave out before are worth nothing.
  await set.etcd.restart();
  const edit = ['weights', 'set', 'default', 'cn-hangzhou=1', 'ap-southeast-1=9', '--yes'];
  await eventually('wayctl edits', () => set.mustWayctl(...edit, ...operator));
  const revision = await set.revision(...operator);
  await agent.until('routes by the edit', ({ strategy }) => {
    expect(strategy?.revision).toBe(revision);
  });

  const forbidden = await set.wayctl(...edit.slice(0, 3), 'cn-hangzhou=5', '--yes', ...as('agents'));
  expect(forbidden).toMatchObject({ code: 7 });
  expect(failures(await stop())).toEqual([]);
});
