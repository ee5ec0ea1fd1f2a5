import fc from 'fast-check';
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { describeIssue } from './document-place.ts';
import { readDocument } from './read-document.ts';

function complaints(text: string, name = 's.yaml'): string[] {
  const read = readDocument(text, name);
  return read.ok ? [] : read.issues.map((issue) => describeIssue(name, issue));
}

function valueOf(text: string, name = 's.yaml'): unknown {
  const read = readDocument(text, name);
  return read.ok ? read.value : complaints(text, name);
}

describe('a document', () => {
  it.each<[string, string, unknown]>([
    ['YAML', 'a: { b: [1, x] }\n', { a: { b: [1, 'x'] } }],
    ['JSON', '{"a": [1, "x", null, true]}', { a: [1, 'x', null, true] }],
    ['YAML that looks like JSON', '{a: 1}', { a: 1 }],
    ['keys that are numbers', '86: x', { '86': 'x' }],
    ['words that older YAML took for booleans', 'a: no\nb: on', { a: 'no', b: 'on' }],
    ['a byte order mark', '\uFEFFa: 1', { a: 1 }],
    ['an alias', 'a: &one [1]\nb: *one', { a: [1], b: [1] }],
    ['nothing', '', null],
  ])('may be %s', (_, text, value) => {
    expect(valueOf(text)).toEqual(value);
  });

  it('says again what was written, as YAML and as JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 4 })), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as unknown;
        expect(valueOf(JSON.stringify(plain), 's.json')).toEqual(plain);
        expect(valueOf(JSON.stringify(plain, undefined, 2))).toEqual(plain);
        expect(valueOf(stringify(plain))).toEqual(plain);
      }),
    );
  });
});

describe('a mistake has its line and column', () => {
  it.each<[string, string, string, RegExp]>([
    [
      'a key twice in YAML',
      's.yaml',
      'a: 1\nb:\n  c: 1\n  c: 2\n',
      /^s\.yaml:4:3: the key c stands twice in one mapping$/,
    ],
    [
      'a key twice in JSON',
      'etcd',
      '{"a": {"b": 1,\n "b": 2}}',
      /^etcd:2:2: the key "b" stands twice in one mapping$/,
    ],
    ['a key twice in a .json file', 's.json', '{"a": 1, "a": 1}', /^s\.json:1:10: the key "a" stands twice/],
    ['a key twice, once escaped', 'etcd', '{"a": 1,\n"\\u0061": 2}', /^etcd:2:1: /],
    ['a bracket left open', 's.yaml', 'a: [1,\nb: 2', /^s\.yaml:2:\d+: /],
    ['a tab', 's.yaml', 'a:\n\t- b', /^s\.yaml:2:1: Tabs are not allowed as indentation$/],
    ['a tag', 's.yaml', 'a: !!js/function x', /^s\.yaml:1:4: Unresolved tag/],
    ['a second document', 's.yaml', 'a: 1\n---\nb: 1', /^s\.yaml:2:1: there must be one document/],
    ['a list for a key', 's.yaml', 'a: 1\n? [1]\n: 2', /^s\.yaml:2:3: a key must be plain text/],
    ['nothing for a key', 's.yaml', '~: 2', /^s\.yaml:1:1: a key must be plain text/],
    ['JSON that breaks off', 's.json', '{\n"a": 1,', /^s\.json:\d+:\d+: is no JSON: /],
    ['YAML in a .json file', 's.json', '{"b": 1,\n a: 1}', /^s\.json:2:2: is no JSON: /],
  ])('%s', (_, name, text, expected) => {
    expect(complaints(text, name)).toEqual([expect.stringMatching(expected)]);
  });
});

describe('bounds', () => {
  it('refuses a text that is too large', () => {
    const read = readDocument(`a: ${'长'.repeat(50)}`, 's.yaml', { maxBytes: 100 });
    expect(read).toEqual({ ok: false, issues: [{ message: 'must be at most 100 bytes, got 153' }] });
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['mappings', '{"a":'.repeat(100_000)],
    ['dashes', `${'- '.repeat(20_000)}x`],
  ])('refuses what is nested too deep: %s', (_, text) => {
    expect(complaints(text)).toEqual([expect.stringMatching(/^s\.yaml: must not be nested/)]);
  });

  it('refuses aliases that multiply', () => {
    const line = (name: string, of: string) => `${name}: &${name} [${Array(9).fill(of).join(', ')}]\n`;
    const bomb = line('a', 'x') + line('b', '*a') + line('c', '*b') + line('d', '*c') + line('e', '*d');
    expect(complaints(bomb)).toEqual([expect.stringMatching(/^s\.yaml: Excessive alias count/)]);
  });

  it.each([
    ['a: &one [*one]', 's.yaml:1:10: *one stands within what it names'],
    ['&all\na: { b: *all }', 's.yaml:2:9: *all stands within what it names'],
  ])('refuses what holds itself: %s', (text, complaint) => {
    expect(complaints(text)).toEqual([complaint]);
  });

  it('refuses an alias to nowhere', () => {
    expect(complaints('a: *gone')).toEqual([expect.stringContaining('gone')]);
  });
});

describe('a path', () => {
  const yaml = 'routes:\n  - name: otp\n    policy: { weights: { a: 1 } }\n';
  it.each<[string, (string | number)[], unknown]>([
    ['a key', ['routes', 0, 'policy', 'weights', 'a'], { line: 3, column: 26 }],
    ['an entry of a list', ['routes', 0], { line: 2, column: 5 }],
    ['a key that is missing: the nearest above', ['routes', 0, 'policy', 'order', 1], { line: 3, column: 5 }],
    ['nothing at all', ['channels', 'x'], undefined],
    ['the root', [], undefined],
  ])('is found: %s', (_, at, place) => {
    const read = readDocument(yaml, 's.yaml');
    expect(read.ok && read.locate(at)).toEqual(place);
  });

  it('is found in JSON as well', () => {
    const read = readDocument('{\n  "routes": [\n    { "name": 1 }\n  ]\n}', 's.json');
    expect(read.ok && read.locate(['routes', 0, 'name'])).toEqual({ line: 3, column: 7 });
  });
});

describe('whatever it is given', () => {
  it('answers with a value or with issues, and never throws', () => {
    const piece = fc.constantFrom(
      'a',
      ': ',
      '\n',
      '  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '&a ',
      '*a',
      '!x ',
      '#',
      '|',
      '>',
      '%',
      '?',
      ',',
      '\t',
      '\\',
      '\u0000',
      '<<: ',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, fc.constantFrom('s.yaml', 's.json', 'etcd'), (content, name) => {
        const read = readDocument(content, name);
        if (read.ok) read.locate(['a', 0, 'b']);
        else expect(read.issues.length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });
});
