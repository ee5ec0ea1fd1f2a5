import { startSimulator } from '@waystation/simulator';
import type { FaultSpecInput, Simulator } from '@waystation/simulator';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { faultRows } from './fault-rows.ts';

/** What some kinds need beside their name. */
const needs = { delayMs: 1, code: 'isp.SYSTEM_ERROR' } as const;

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ config: { regions: { a: { tls: true } } } });
});
afterAll(() => simulator.stop());

/** The kinds of faults that the simulator knows: it names them where it is asked for another. */
async function faultKinds(): Promise<readonly string[]> {
  const answer = await fetch(`${simulator.controlUrl}/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ kind: '?' }),
  });
  const { allowed } = (await answer.json()) as { allowed: string };
  return allowed.replace(/^one of /, '').split(', ');
}

/** Whether the simulator takes a fault; it is over again then. */
async function takes(fault: Readonly<Record<string, unknown>>): Promise<boolean> {
  try {
    await simulator.clearFault(await simulator.setFault({ region: 'a', ...fault } as FaultSpecInput));
    return true;
  } catch {
    return false;
  }
}

it('every kind of fault that the simulator knows has a row', async () => {
  const kinds = await faultKinds();
  expect(kinds).toContain('hang');
  const rows = new Set<string>(faultRows.map(({ fault }) => fault.kind));
  expect(kinds.filter((kind) => !rows.has(kind))).toEqual([]);
});

it('every kind that can strike after the text is taken has a row for that too', async () => {
  const both: string[] = [];
  for (const kind of await faultKinds()) {
    const shapes = [{}, ...Object.entries(needs).map(([name, value]) => ({ [name]: value }))];
    const taken = [];
    for (const shape of shapes) if (await takes({ kind, ...shape })) taken.push(shape);
    // Else it needs something that is not among `needs` yet.
    expect([kind, taken.length]).not.toEqual([kind, 0]);
    for (const shape of taken) if (await takes({ kind, ...shape, accepted: true })) both.push(kind);
  }
  expect(both).toEqual(expect.arrayContaining(['hang', 'slow', 'code']));
  const rows = new Set<string>(
    faultRows.flatMap(({ fault }) => ('accepted' in fault && fault.accepted ? [fault.kind] : [])),
  );
  expect(both.filter((kind) => !rows.has(kind))).toEqual([]);
});
