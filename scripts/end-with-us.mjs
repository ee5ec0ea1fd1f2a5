import { commandOf, lives, parentOf } from './process-facts.mjs';
import { endCommands, killCommands } from './run-command.mjs';

/** How often it is looked whether npm still lives, in milliseconds. */
const lookEveryMs = 500;

/** npm and the shell of the terminal both hand a ctrl-C on: what comes this soon after the first is the same. */
const sameSignalMs = 500;

/**
 * When a person or a supervisor ends us, `end` is called first, once; by default it ends all commands. A later
 * signal calls `endNow`, which leaves `end` nothing to wait for. npm runs us through a shell that may keep a signal
 * for itself, so that npm's own death is taken as one.
 */
export function endChildrenWithUs(end = endCommands, endNow = killCommands) {
  let endingSince;
  const endBy = (signal, number) => {
    endingSince = performance.now();
    void end(signal).finally(() => process.exit(128 + number));
  };
  for (const [signal, number] of [
    ['SIGHUP', 1],
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ]) {
    process.on(signal, () => {
      if (endingSince === undefined) endBy(signal, number);
      else if (performance.now() - endingSince > sameSignalMs) endNow();
    });
  }
  if (process.env.npm_lifecycle_event !== undefined) {
    void watchNpm(() => {
      if (endingSince === undefined) endBy('SIGTERM', 15);
    });
  }
}

async function watchNpm(onDeath) {
  const parent = process.ppid;
  const watched = [parent];
  // Between npm and us stands a shell, unless it made way.
  const above = await parentOf(parent);
  if (above !== undefined && !isNpm(await commandOf(parent)) && isNpm(await commandOf(above)))
    watched.push(above);
  setInterval(() => {
    if (process.ppid !== parent || !watched.every(lives)) onDeath();
  }, lookEveryMs).unref();
}

function isNpm(command = '') {
  return /\bp?npm\b/u.test(command);
}
