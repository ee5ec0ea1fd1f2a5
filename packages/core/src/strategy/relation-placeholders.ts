import { childOf } from './document-path.ts';
import type { DocumentPath } from './document-path.ts';
import { entriesOf } from './document-view.ts';
import type { DocumentView } from './document-view.ts';
import type { RelationIssue } from './relation-issue.ts';
import { suggest } from './unknown-name.ts';

/** What may stand in `${…}` in the fields and headers of a gateway's request. */
export const requestPlaceholders = [
  'credential.key',
  'phone.national',
  'phone.e164',
  'phone.digits',
  'content',
  'signName',
  'templateCode',
  'outId',
] as const;

/** What a gateway's texts demand: that every `${…}` in them is closed and stands for something. */
export function placeholderIssues({ channels }: DocumentView): RelationIssue[] {
  return [...channels].flatMap(([name, channel]) => {
    if (childOf(channel, 'provider') !== 'http') return [];
    const at = ['channels', name];
    const request = childOf(channel, 'request');
    return [
      ...textsOf(childOf(channel, 'contents'), [...at, 'contents'], parameterProblem),
      ...textsOf(childOf(request, 'fields'), [...at, 'request', 'fields'], requestProblem),
      ...textsOf(childOf(request, 'headers'), [...at, 'request', 'headers'], requestProblem),
    ];
  });
}

function textsOf(
  mapping: unknown,
  at: DocumentPath,
  problemOf: (placeholder: string) => string | undefined,
): RelationIssue[] {
  return entriesOf(mapping).flatMap(([key, text]) => {
    const claim = typeof text === 'string' ? findProblem(text, problemOf) : undefined;
    return claim === undefined ? [] : [{ at: [...at, key], say: () => claim }];
  });
}

function findProblem(
  text: string,
  problemOf: (placeholder: string) => string | undefined,
): string | undefined {
  for (const match of text.matchAll(/\$\{([^}]*)(\}?)/g)) {
    const [whole, name = '', end] = match;
    if (end === '') return `must close every placeholder with }, got ${JSON.stringify(whole.slice(0, 40))}`;
    const problem = problemOf(name);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function parameterProblem(name: string): string | undefined {
  if (/^[A-Za-z0-9_]{1,64}$/.test(name)) return undefined;
  return `must name template parameters as \${code} (letters, digits, "_"), got ${JSON.stringify(`\${${name}}`)}`;
}

function requestProblem(name: string): string | undefined {
  if (requestPlaceholders.some((known) => known === name)) return undefined;
  return `must use known placeholders, got ${JSON.stringify(`\${${name}}`)}; ${suggest(name, requestPlaceholders)}`;
}
