import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSystemOnLinux, JournalFolder } from './journal-folder.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'ws-folder-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** The folder as it is on a file system of this number. */
const folderOn = (type: number | undefined) => new JournalFolder(dataDir, () => Promise.resolve(type));

describe('a journal’s folder', () => {
  // Numbers from linux/magic.h, and for SMB2 and CIFS from the kernel's fs/smb.
  it.each([
    ['NFS', 0x6969],
    ['SMB', 0x517b],
    ['CIFS', 0xff534d42],
    ['SMB2', 0xfe534d42],
    ['Ceph', 0x00c36400],
    ['9P', 0x01021997],
  ])('on %s is refused', async (name, type) => {
    await expect(folderOn(type).prepare()).rejects.toMatchObject({
      code: 'DATA_DIR_UNUSABLE',
      message:
        `journal ${join(dataDir, 'journal')} cannot be used (it lies on ${name}, which is shared between hosts): ` +
        'it needs a folder on a local file system that this user may write',
    });
  });

  it.each([
    ['ext4', 0xef53],
    ['XFS', 0x58465342],
    ['btrfs', 0x9123683e],
    ['tmpfs', 0x01021994],
    ['overlayfs', 0x794c7630],
    ['FUSE, which may be local or not', 0x65735546],
    ['a system that does not tell', undefined],
  ])('on %s is taken', async (_name, type) => {
    await folderOn(type).prepare();
    expect(await readdir(dataDir)).toEqual(['journal']);
  });

  it('asks for the file system of the path itself', async () => {
    const asked: string[] = [];
    const folder = new JournalFolder(dataDir, (path) => {
      asked.push(path);
      return Promise.resolve(undefined);
    });
    await folder.prepare();
    expect(asked).toEqual([join(dataDir, 'journal')]);
  });

  it.runIf(process.platform === 'linux')('is told by Linux what it lies on', async () => {
    const procfs = 0x9fa0;
    expect(await fileSystemOnLinux('/proc')).toBe(procfs);
    expect(await fileSystemOnLinux(dataDir)).not.toBe(procfs);
  });
});
