// What a program imports when it needs it becomes a file of its own, so that a start reads nothing of it.
import { basename } from 'node:path';

/** Leaves every `import()` of a package out of the bundle of this program, and notes in `parts` what to bundle. */
export function lateParts(name, parts) {
  return {
    name: 'late-parts',
    setup({ onResolve, resolve }) {
      onResolve({ filter: /^[^.]/ }, async ({ path, kind, resolveDir, importer, pluginData }) => {
        if (kind !== 'dynamic-import' || pluginData === lateParts) return undefined;
        const resolved = await resolve(path, { kind, resolveDir, importer, pluginData: lateParts });
        if (resolved.external || resolved.errors.length > 0) return resolved;
        const file = `${name}.${basename(path)}.cjs`;
        parts.set(path, { file, entry: resolved.path });
        return { path: `./${file}`, external: true };
      });
    },
  };
}
