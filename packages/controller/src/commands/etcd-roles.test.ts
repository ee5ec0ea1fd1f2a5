import type { AccessPlan } from '@waystation/etcd';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Desk } from '../testing/desk.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.open();
});
afterEach(async () => {
  await desk.close();
});

it('prints commands that give agents their two prefixes and nothing else, and no password', async () => {
  const file = await desk.file('password', 'hunter2\n');
  const { out, code } = await desk.run('--env', 'prod', 'etcd', 'roles', '--user', `agent=web:${file}`);
  expect(code).toBe(0);
  expect(out.split('\n').filter((line) => line.includes('prod.default.agent'))).toEqual([
    'etcdctl role add waystation.prod.default.agent',
    'etcdctl role grant-permission waystation.prod.default.agent --prefix=true read /waystation/prod/default/routing/',
    'etcdctl role grant-permission waystation.prod.default.agent --prefix=true write /waystation/prod/default/agents/',
    'etcdctl user grant-role web waystation.prod.default.agent',
  ]);
  expect(out).not.toContain('hunter2');
});

it('creates what it would have printed', async () => {
  const plans: AccessPlan[] = [];
  const file = await desk.file('password', 'hunter2\n');
  const grantAccess = (plan: AccessPlan) => plans.push(plan);
  const argv = ['etcd', 'roles', '--create', '--user', `viewer=eve:${file}`];
  const run = await desk.runWith({ grantAccess }, ...argv);
  expect(run.code).toBe(0);
  expect(run.out).not.toContain('hunter2');
  expect(plans[0]?.users).toEqual([
    { name: 'eve', role: 'waystation.default.default.viewer', password: 'hunter2' },
  ]);
  expect(plans[0]?.roles.map(({ name }) => name)).toHaveLength(3);
});

it.each([['agent'], ['boss=x:/nowhere'], ['agent=x:/nowhere']])('refuses --user %s', async (user) => {
  expect(await desk.run('etcd', 'roles', '--user', user)).toMatchObject({ code: 2 });
});
