// Programs that the tests run: found on the path, or fetched once into a cache that all clones share.
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/** The folder that all clones of a user share. */
export function cacheFolder() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'waystation');
}

/** Whether a file is there and may be run. */
export async function runs(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** A program of the path, in full; nothing where there is none. */
export async function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder !== '' && (await runs(join(folder, name)))) return resolve(folder, name);
  }
  return undefined;
}

/**
 * Fills a folder of the cache from the first source that can: `fill(scratch, ready)` works in an empty scratch folder
 * and leaves in `ready` what shall be kept; `works(folder)` tells whether it does. Several may fetch at once: each in
 * a scratch of its own, the first to be ready takes the place. Resolves with the sources' reasons, none on success.
 */
export async function fetchInto(folder, sources, works) {
  const reasons = [];
  await mkdir(cacheFolder(), { recursive: true });
  for (const { name, fill } of sources) {
    const scratch = await mkdtemp(join(cacheFolder(), 'fetching-'));
    try {
      const ready = join(scratch, 'ready');
      await mkdir(ready);
      await fill(scratch, ready);
      if (!(await works(ready))) throw new Error('what came does not run here');
      await takePlace(ready, folder, works);
      return [];
    } catch (error) {
      reasons.push(`${name}: ${error.message}`);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }
  return reasons;
}

async function takePlace(ready, folder, works) {
  try {
    await rename(ready, folder);
  } catch (error) {
    if (await works(folder)) return;
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code)) throw error;
    // What stands there does not run: an unpacking that was cut short by hand, or another machine's home.
    await rename(folder, join(ready, '..', 'broken'));
    await rename(ready, folder);
  }
}
