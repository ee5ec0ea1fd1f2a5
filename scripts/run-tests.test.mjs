import { expect, it } from 'vitest';
import { filesToRepeat, replaced } from './run-tests.mjs';

const result = (file, project, failed) => ({ file, project, passed: 3, failed, skipped: 0 });

it('repeats a few files that failed with processes or sockets, and no others', () => {
  const passed = result('/a', 'pure', 0);
  const files = [passed, result('/b', 'parts', 1), result('/c', 'e2e', 2)];
  expect(filesToRepeat({ files, homeless: 0 })).toEqual(['/b', '/c']);
  expect(filesToRepeat({ files: [passed], homeless: 0 })).toEqual([]);
});

it.each([
  ['a pure test failed', [result('/a', 'pure', 1), result('/b', 'parts', 1)], 0],
  ['an error belongs to no file', [result('/b', 'parts', 1)], 1],
  ['many files failed', ['/a', '/b', '/c', '/d'].map((file) => result(file, 'e2e', 1)), 0],
])('repeats nothing where %s', (_, files, homeless) => {
  expect(filesToRepeat({ files, homeless })).toEqual([]);
});

it('takes the second result of a file that was repeated', () => {
  const kept = result('/a', 'pure', 0);
  const second = { files: [result('/b', 'parts', 0)], homeless: 0, code: 0 };
  const first = { files: [kept, result('/b', 'parts', 1)], homeless: 0, code: 1 };
  expect(replaced(first, second)).toEqual({ files: [kept, result('/b', 'parts', 0)], homeless: 0, code: 0 });
  const failedAgain = { files: [result('/b', 'parts', 2)], homeless: 0, code: 1 };
  expect(replaced(first, failedAgain).files[1]).toMatchObject({ failed: 2 });
});
