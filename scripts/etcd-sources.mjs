import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpackDebian } from './debian-packages.mjs';
import { mustRun, runCommand } from './run-command.mjs';

const version = 'v3.5.21';
const releases = `https://github.com/etcd-io/etcd/releases/download/${version}`;

/**
 * From where etcd may be fetched here, best first: `findIn(scratch)` works in that empty folder and resolves
 * with the paths of both programs.
 */
export function etcdSources() {
  const debian = existsSync('/etc/debian_version');
  return [
    ...(debian ? [{ name: "the distribution's packages", findIn: fromDebian }] : []),
    { name: `the release ${version} on GitHub`, findIn: fromRelease },
  ];
}

async function fromDebian(scratch) {
  const programs = join(await unpackDebian(scratch, ['etcd-server', 'etcd-client']), 'usr', 'bin');
  return { etcd: join(programs, 'etcd'), etcdctl: join(programs, 'etcdctl') };
}

async function fromRelease(scratch) {
  const platform = { linux: 'linux', darwin: 'darwin', win32: 'windows' }[process.platform];
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch];
  if (platform === undefined || arch === undefined) {
    throw new Error(`there is no etcd for ${process.platform} on ${process.arch}`);
  }
  const name = `etcd-${version}-${platform}-${arch}`;
  const archive = `${name}${platform === 'linux' ? '.tar.gz' : '.zip'}`;
  await download(`${releases}/SHA256SUMS`, join(scratch, 'SHA256SUMS'), scratch);
  await download(`${releases}/${archive}`, join(scratch, archive), scratch);
  const sums = await readFile(join(scratch, 'SHA256SUMS'), 'utf8');
  const published = sums.split('\n').find((line) => line.trim().endsWith(archive));
  const sum = await sha256(join(scratch, archive));
  if (published?.split(/\s/u)[0] !== sum) throw new Error(`${archive} does not have its published checksum`);
  // The tar of macOS and Windows unpacks zip files too.
  await mustRun('tar', ['-xf', archive], { cwd: scratch });
  const ending = platform === 'windows' ? '.exe' : '';
  return {
    etcd: join(scratch, name, `etcd${ending}`),
    etcdctl: join(scratch, name, `etcdctl${ending}`),
  };
}

/** By curl where there is one, since it knows of proxies. */
async function download(url, file, scratch) {
  const curl = ['-fsSL', '--retry', '2', '--connect-timeout', '20', '--max-time', '300', '-o', file, url];
  const { code, output } = await runCommand('curl', curl, { cwd: scratch, quiet: true });
  if (code === 0) return;
  if (code !== 127) throw new Error(`${url}: ${output.trim() || `curl ended with ${code}`}`);
  const response = await fetch(url, { signal: AbortSignal.timeout(300_000) });
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  await writeFile(file, Buffer.from(await response.arrayBuffer()));
}

async function sha256(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}
