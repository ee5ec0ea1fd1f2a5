import type * as z from 'zod';

/** Tells whether a value is taken as it stands. */
export type Acceptor = (value: unknown) => boolean;

/**
 * What a schema takes, as one plain function: true only for what the schema gives back unchanged. Where it is false
 * the schema has the last word, and all words of refusal. Knows the kinds that our bodies are made of, and throws for
 * others. `value` must come from `JSON.parse`.
 */
export function acceptorOf(schema: z.core.$ZodType): Acceptor {
  const takes = acceptorOfKind(schema);
  const checks = (schema._zod.def.checks ?? []).map(checkOf);
  if (checks.length === 0) return takes;
  return (value) => takes(value) && checks.every((passes) => passes(value));
}

function acceptorOfKind(schema: z.core.$ZodType): Acceptor {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if ('coerce' in def && def.coerce) throw new Error('a schema coerces what it is given');
  switch (def.type) {
    case 'string':
      return (value) => typeof value === 'string';
    case 'number':
      return Number.isFinite;
    case 'unknown':
      return () => true;
    case 'optional': {
      const inner = acceptorOf(def.innerType);
      return (value) => value === undefined || inner(value);
    }
    case 'union': {
      const options = def.options.map(acceptorOf);
      return (value) => options.some((takes) => takes(value));
    }
    case 'array': {
      const element = acceptorOf(def.element);
      return (value) => Array.isArray(value) && value.every(element);
    }
    case 'record':
      return recordOf(acceptorOf(def.keyType), acceptorOf(def.valueType));
    case 'object':
      if (def.catchall?._zod.def.type !== 'never') throw new Error('an object of ours takes unknown fields');
      return objectOf(Object.entries(def.shape).map(([name, field]) => [name, acceptorOf(field)]));
    default:
      throw new Error(`no acceptor for a schema of the kind "${def.type}"`);
  }
}

function recordOf(key: Acceptor, item: Acceptor): Acceptor {
  return (value) => {
    if (!isRecord(value)) return false;
    // zod leaves this name out, so that the value would not come back unchanged.
    for (const name in value) if (name === '__proto__' || !key(name) || !item(value[name])) return false;
    return true;
  };
}

function objectOf(fields: readonly (readonly [string, Acceptor])[]): Acceptor {
  return (value) => {
    if (!isRecord(value)) return false;
    let unknown = Object.keys(value).length;
    for (const [name, takes] of fields) {
      const field = value[name];
      if (!takes(field)) return false;
      if (field !== undefined) unknown -= 1;
    }
    return unknown === 0;
  };
}

function checkOf(check: z.core.$ZodCheck): Acceptor {
  const { def } = (check as z.core.$ZodChecks)._zod;
  switch (def.check) {
    case 'min_length':
      return (value) => lengthOf(value) >= def.minimum;
    case 'max_length':
      return (value) => lengthOf(value) <= def.maximum;
    case 'string_format': {
      const { pattern } = def;
      if (pattern === undefined || pattern.global || pattern.sticky)
        throw new Error('a format has no plain pattern');
      return (value) => typeof value === 'string' && pattern.test(value);
    }
    default:
      return customCheck(check._zod.def);
  }
}

function customCheck(def: z.core.$ZodCheckDef): Acceptor {
  const { check, fn } = def as Partial<z.core.$ZodCustomDef>;
  if (check !== 'custom' || fn === undefined) throw new Error(`no acceptor for the check "${def.check}"`);
  return (value) => fn(value) === true;
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' || Array.isArray(value) ? value.length : Number.NaN;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
