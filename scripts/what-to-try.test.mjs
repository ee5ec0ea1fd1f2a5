import { expect, it } from 'vitest';
import { whatToTry } from './what-to-try.mjs';

const ports = { etcd: 2379, api: 7280, admin: 7281, control: 7309 };

it('tells of this start: its strategy, its processes', () => {
  const first = whatToTry(ports, { isNew: true, etcdPid: 4711 });
  const later = whatToTry(ports, { isNew: false, etcdPid: 4711 });
  expect(first).toContain('70 % cn-hangzhou');
  expect(later).not.toContain('70 %');
  expect(later).toContain('the one of the last start');
  expect(later).toContain('kill 4711\n  curl -s http://127.0.0.1:7280/v1/messages');
});
