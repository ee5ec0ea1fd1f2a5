import type * as z from 'zod';
import type { FieldError } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** What a field may be called in an answer; whatever else stands as a name may be a number, a parameter or a key. */
const fieldName = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/;
const otherName = '(a name that is no field’s)';

/** What is wrong with each field: its path, and what was allowed. The value is never repeated. */
export function describeIssues(issues: readonly Issue[]): FieldError[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [describe(issue)];
    return issue.keys.map((key) => ({
      path: formatPath([...issue.path, key]),
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
  if (issue.path.length === 0 || issue.input === undefined || issue.input === '') return '';
  const counted = issue.code === 'too_big' || issue.code === 'too_small';
  if (counted && Array.isArray(issue.input)) return `, got ${String(issue.input.length)} items`;
  return `, got ${kindOf(issue.input)}`;
}

/** What a value is, in a few words that tell nothing of it. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return `${String(value.length)} characters`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${String(part)}]` : `${index === 0 ? '' : '.'}${shown(part)}`,
    )
    .join('');
}

function shown(part: PropertyKey): string {
  return typeof part === 'string' && fieldName.test(part) ? part : otherName;
}
