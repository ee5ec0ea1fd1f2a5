import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runApart } from './run-apart.ts';

/** A journal of the largest size on a slow disk is read within this. */
const checkMs = 120_000;

/** Reads every page that holds something: one byte of each will do. */
const script = `
const { open } = require(process.argv[1]);
const root = open({ path: process.argv[2], noSubdir: false, maxDbs: 4, encoding: 'binary', cache: false, readOnly: true });
let bytes = 0;
for (const name of ['entries', 'index', 'ids', 'meta']) {
  const part = root.openDB(name, { encoding: 'binary' });
  if (part === undefined) continue;
  for (const { value } of part.getRange({})) for (let at = 0; at < value.length; at += 4096) bytes ^= value[at];
}
process.stdout.write('done');
process.exit(0);
`;

/** Whether the whole journal in `folder` can be read; one that was never written can. */
export async function canBeRead(folder: string, lmdbPath: string): Promise<boolean> {
  const found = await stat(join(folder, 'data.mdb')).catch(() => undefined);
  if (found === undefined || found.size === 0) return true;
  return (await runApart(script, [lmdbPath, folder], checkMs)).done;
}
