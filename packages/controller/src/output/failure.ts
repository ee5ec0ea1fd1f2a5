import type { ErrorCode } from '@waystation/core';
import type { World } from '../world.ts';
import { coloursFor } from './colours.ts';
import { printable } from './printable.ts';

/** Why a command ends: what is said, and its code; a defect of this program has none, and a stack instead. */
export interface Failure {
  readonly message: string;
  readonly code?: ErrorCode;
  readonly stack?: string;
}

/** Says on stderr why a command ends: as a sentence for people, or as one line of JSON. */
export function printFailure(
  { err, env }: Pick<World, 'err' | 'env'>,
  { message, code, stack }: Failure,
  asJson: boolean,
): void {
  if (asJson) {
    err.write(`${JSON.stringify({ code, message, stack })}\n`);
    return;
  }
  const colours = coloursFor(err.isTerminal, env);
  const lines = message.split('\n').map(printable).join('\n');
  err.write(`${colours.red('error:')} ${lines}${code === undefined ? '' : colours.dim(` [${code}]`)}\n`);
  // Whoever reports a defect needs to say where.
  if (stack !== undefined) err.write(`${stack}\n`);
}

/** Whether a command line, or the environment, asks for JSON: for those that cannot be understood otherwise. */
export function asksForJson(argv: readonly string[], env: World['env']): boolean {
  const given = argv.flatMap((word, at) => {
    if (word === '-o' || word === '--output') return [argv[at + 1]];
    const value = /^(?:--output=|-o=?)(.+)$/.exec(word)?.[1];
    return value === undefined ? [] : [value];
  });
  return (given.at(-1) ?? env['WAYSTATION_OUTPUT']) === 'json';
}
