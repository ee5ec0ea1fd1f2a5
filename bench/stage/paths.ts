import { fileURLToPath } from 'node:url';

/** A path of the repository; this file runs from `bench/dist/stage`. */
export function repositoryPath(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}
