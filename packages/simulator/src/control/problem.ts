import type * as z from 'zod';

/** One mistake in what was sent. */
export interface Issue {
  /** Path of the field, such as `match.account`; empty for the whole. */
  readonly field: string;
  readonly value?: unknown;
  /** What would have been taken. */
  readonly allowed: string;
}

/** Why the control API refuses; `field`, `value` and `allowed` are those of the first issue. */
export class ControlProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly issues: readonly Issue[];

  constructor(status: number, code: string, issues: readonly Issue[]) {
    super(issues.map((issue) => sentence(issue)).join('; '));
    this.name = 'ControlProblem';
    this.status = status;
    this.code = code;
    this.issues = issues;
  }

  /** As it goes out. */
  toJSON(): object {
    return { code: this.code, message: this.message, ...this.issues[0], issues: this.issues };
  }
}

/** An issue as a sentence; `show` writes the value that was given. */
export function sentence(issue: Issue, show: (value: unknown) => string = showShort): string {
  const field = issue.field === '' ? 'the value' : issue.field;
  const got = issue.value === undefined ? 'is missing' : `got ${show(issue.value)}`;
  return `${field} must be ${issue.allowed}, ${got}`;
}

function showShort(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 120 ? text : `${text.slice(0, 120)}…`;
}

/** Takes a value by a schema, or throws with every mistake named. */
export function parseOrRefuse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  allowedValues: Readonly<Record<string, readonly string[]>> = {},
): z.output<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const issues = result.error.issues.flatMap((issue) => describe(issue, value, allowedValues));
  throw new ControlProblem(400, 'REQUEST_INVALID', issues);
}

/** Values of such fields are never shown, not even wrong ones. */
const SECRET = /secret|token|apikeys/i;

/** The mistakes that zod found, in our words. */
function describe(
  issue: z.core.$ZodIssue,
  root: unknown,
  allowedValues: Readonly<Record<string, readonly string[]>> = {},
): Issue[] {
  const field = issue.path.map(String).join('.');
  const value = SECRET.test(field) ? '(hidden)' : valueAt(root, issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: field === '' ? key : `${field}.${key}`,
      value: valueAt(root, [...issue.path, key]),
      allowed: 'left out: there is no such field',
    }));
  }
  const listed = allowedValues[field];
  const allowed = listed === undefined ? allowedBy(issue) : `one of ${listed.join(', ')}`;
  return [{ field, ...(value === undefined ? {} : { value }), allowed }];
}

function allowedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_type':
      return `of type ${issue.expected}`;
    case 'too_small':
      return `${issue.inclusive === true ? 'at least' : 'more than'} ${String(issue.minimum)}${unitOf(issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === true ? 'at most' : 'less than'} ${String(issue.maximum)}${unitOf(issue.origin)}`;
    case 'invalid_key':
      return `under ${issue.issues[0]?.message ?? 'another name'}`;
    default:
      return issue.message;
  }
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters long';
  return origin === 'array' ? ' items long' : '';
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return (value as Record<PropertyKey, unknown>)[key];
  }, root);
}
