// Packages of Debian and its kin, fetched and unpacked into a folder: without root, and with nothing installed.
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun } from './run-command.mjs';

const patience = ['-qq', '-o', 'Acquire::Retries=2', '-o', 'Acquire::http::Timeout=30'];

/**
 * Unpacks packages into `scratch/unpacked` and gives that folder. With `dependencies` also what they need and this
 * machine does not have.
 */
export async function unpackDebian(scratch, packages, { dependencies = false } = {}) {
  const archives = join(scratch, 'archives');
  await mkdir(join(archives, 'partial'), { recursive: true });
  const fetching = dependencies
    ? [
        ...['install', '--download-only', '--yes', '--no-install-recommends'],
        // Nothing of the system is changed, so that its lock is not ours to take.
        ...[
          '-o',
          'Debug::NoLocking=1',
          '-o',
          'APT::Sandbox::User=',
          '-o',
          `Dir::Cache::archives=${archives}`,
        ],
        ...packages,
      ]
    : ['download', ...packages];
  try {
    await mustRun('apt-get', [...patience, ...fetching], { cwd: archives });
  } catch {
    // No lists yet, or old ones: fresh ones are kept to ourselves, the system's stay as they are.
    const own = await privateApt(scratch);
    await mustRun('apt-get', [...own, 'update'], { cwd: archives });
    await mustRun('apt-get', [...own, ...fetching], { cwd: archives });
  }
  const unpacked = join(scratch, 'unpacked');
  for (const file of (await readdir(archives)).filter((name) => name.endsWith('.deb'))) {
    await mustRun('dpkg', ['-x', join(archives, file), unpacked]);
  }
  return unpacked;
}

async function privateApt(scratch) {
  const state = join(scratch, 'state');
  const cache = join(scratch, 'cache');
  await mkdir(join(state, 'lists', 'partial'), { recursive: true });
  await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
  return [
    ...patience,
    ...['-o', `Dir::State=${state}`, '-o', `Dir::State::lists=${state}/lists`],
    ...['-o', 'Dir::State::status=/var/lib/dpkg/status'],
    ...['-o', `Dir::Cache=${cache}`, '-o', 'APT::Sandbox::User=', '-o', 'Acquire::Languages=none'],
  ];
}
