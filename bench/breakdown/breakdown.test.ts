import { expect, it } from 'vitest';
import { BundleModules } from './bundle-modules.ts';
import { sharesByPart } from './cpu-profile.ts';
import type { CpuProfile, Frame } from './cpu-profile.ts';
import { partOfFrame, parts } from './part-of-frame.ts';

const bundle = [
  '// dist/http/api-handler.js',
  'function answer() {}',
  '// an ordinary comment',
  '// ../core/dist/sending/plan.js',
  'function step() {}',
  '// ../../node_modules/.pnpm/undici@7.0.0/node_modules/undici/lib/dispatcher/client.js',
  'function dispatch() {}',
].join('\n');
const modules = new BundleModules(bundle);
const partOf = partOfFrame(({ url, lineNumber }) => (url === 'agent.cjs' ? modules.at(lineNumber) : url));

const frame = (functionName: string, url = '', lineNumber = 0): Frame => ({ functionName, url, lineNumber });
const answer = frame('answer', 'agent.cjs', 1);
const step = frame('step', 'agent.cjs', 4);
const dispatch = frame('dispatch', 'agent.cjs', 6);

it('knows the module of a line by the comments of the bundler', () => {
  expect([0, 1, 2, 3, 4, 6].map((line) => modules.at(line)?.split('/').at(-1))).toEqual([
    ...['api-handler.js', 'api-handler.js', 'api-handler.js'],
    ...['plan.js', 'plan.js', 'client.js'],
  ]);
  expect(new BundleModules('var none;').at(0)).toBeUndefined();
});

it.each([
  [[answer], parts.front],
  [[step, answer], parts.plan],
  // What is built in counts as its caller's.
  [[frame('stringify'), answer], parts.front],
  [[frame('write', 'node:net'), answer, frame('parserOnIncoming', 'node:_http_server')], parts.frontNode],
  [[frame('writev'), answer], parts.frontWrite],
  [[frame('writev'), frame('write', 'node:net'), dispatch, step], parts.upstreamWrite],
  [[frame('write', 'node:net'), dispatch], parts.upstreamNode],
  [[dispatch, step], parts.upstream],
  [[frame('processTicksAndRejections', 'node:internal/process/task_queues')], parts.turns],
  [[frame('(garbage collector)')], parts.garbage],
  [[frame('(program)')], parts.native],
])('puts a function to its part (%#)', ([own, ...callers], part) => {
  expect(own && partOf(own, callers)).toBe(part);
});

it('shares out the time in which anything ran', () => {
  const profile: CpuProfile = {
    nodes: [
      { id: 1, callFrame: frame('(root)'), children: [2, 3] },
      { id: 2, callFrame: frame('(idle)') },
      { id: 3, callFrame: answer, children: [4] },
      { id: 4, callFrame: step },
    ],
    samples: [2, 3, 4, 4],
    timeDeltas: [1000, 100, 100, 200],
  };
  expect([...sharesByPart(profile, partOf)]).toEqual([
    [parts.front, 0.25],
    [parts.plan, 0.75],
  ]);
});
