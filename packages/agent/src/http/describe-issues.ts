import type { z } from 'zod';
import type { FieldError } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** Fields whose values may be repeated in an answer; numbers and parameters of a text may not. */
const shownFields: ReadonlySet<PropertyKey> = new Set([
  'signName',
  'templateCode',
  'outId',
  'smsUpExtendCode',
  'route',
  'deliverBy',
]);

/** What is wrong with each field: its path, what was allowed, and the value where it may be shown. */
export function describeIssues(issues: readonly Issue[]): FieldError[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [describe(issue)];
    return issue.keys.map((key) => ({
      path: formatPath([...issue.path, key.slice(0, 100)]),
      message: 'is not a known field',
    }));
  });
}

function describe(issue: Issue): FieldError {
  // A union says only that none of its forms fits; the form that came closest knows which part is to blame.
  if (issue.code === 'invalid_union') {
    const deeper = issue.errors.flat().filter(({ path }) => path.length > 0);
    const first = deeper[0];
    if (first !== undefined) {
      const path = formatPath([...issue.path, ...first.path]);
      return { path, message: first.message };
    }
  }
  const missing = issue.path.length > 0 && 'input' in issue && issue.input === undefined;
  if (missing) return { path: formatPath(issue.path), message: `is missing: it ${issue.message}` };
  return { path: formatPath(issue.path), message: `${issue.message}${got(issue)}` };
}

function got(issue: Issue): string {
  if (issue.path.length === 0) return '';
  const { input } = issue;
  const [field] = issue.path;
  if (issue.path.length === 1 && field !== undefined && shownFields.has(field) && typeof input === 'string') {
    return input === '' ? '' : `, got ${JSON.stringify(input.slice(0, 60))}`;
  }
  return input === undefined || typeof input === 'string' ? '' : `, got ${kindOf(input)}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${String(part)}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}
