import { hostname, homedir, tmpdir, userInfo } from 'node:os';
import { openEtcdStore, grantEtcdAccess } from './etcd-connection.ts';
import { runWayctl } from './run-wayctl.ts';
import { ProcessInput } from './terminal/process-input.ts';
import { ProcessOutput } from './terminal/process-output.ts';
import { runEditor } from './terminal/run-editor.ts';

// Deprecations of libraries are nothing that an operator could act on.
process.noDeprecation = true;

const out = new ProcessOutput(process.stdout);
const err = new ProcessOutput(process.stderr);
out.start();
err.start();

const interruption = new AbortController();
let editing = 0;
process.on('SIGINT', () => {
  // In an editor on a terminal ctrl-C belongs to the editor, which has got it too.
  if (editing > 0 && process.stdin.isTTY) return;
  if (interruption.signal.aborted) process.exit(130);
  interruption.abort('SIGINT');
});
process.on('SIGTERM', () => {
  if (interruption.signal.aborted) process.exit(143);
  interruption.abort('SIGTERM');
});

async function main(): Promise<void> {
  const code = await runWayctl(process.argv.slice(2), {
    openStore: openEtcdStore,
    grantAccess: grantEtcdAccess,
    out,
    err,
    input: new ProcessInput(process.stdin, process.stderr),
    clock: { now: () => performance.now(), wallTime: () => Date.now() },
    random: Math.random,
    env: process.env,
    homeDir: homedir(),
    tempDir: tmpdir(),
    author: `${userName()}@${hostname()}`,
    version: process.env['WAYSTATION_VERSION_'] ?? '0.0.0',
    edit: async (command, file) => {
      editing += 1;
      try {
        return await runEditor(command, file, {
          onTerminal: process.stdin.isTTY,
          interrupted: interruption.signal,
        });
      } finally {
        editing -= 1;
      }
    },
    interrupted: interruption.signal,
  });
  await out.flush();
  await err.flush();
  process.exit(code);
}

/** A container may run under a number that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

void main();
