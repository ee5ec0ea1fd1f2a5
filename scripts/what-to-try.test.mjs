import { expect, it } from 'vitest';
import { whatToTry } from './what-to-try.mjs';

const ports = { etcd: 2379, api: 7280, admin: 7281, control: 7309 };

it('names the shares of the sample only where the sample is in force', () => {
  const first = whatToTry(ports, { isNew: true });
  const later = whatToTry(ports, { isNew: false });
  expect(first).toContain('70 % cn-hangzhou');
  expect(later).not.toContain('70 %');
  expect(later).toContain('the one of the last start');
});
