/** A text with its placeholders filled in, or the first one that has no value. */
export type Substituted =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly missing: string };

/** Fills `${name}` in one pass: a value that itself looks like a placeholder stays what it is. */
export function substitute(template: string, valueOf: (name: string) => string | undefined): Substituted {
  let missing: string | undefined;
  const text = template.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = valueOf(name);
    if (value === undefined) missing ??= name;
    return value ?? '';
  });
  return missing === undefined ? { ok: true, text } : { ok: false, missing };
}
