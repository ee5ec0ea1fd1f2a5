import { fileURLToPath } from 'node:url';

const packageOf = {
  wayctl: 'controller',
  'waystation-agent': 'agent',
  'waystation-simulator': 'simulator',
} as const;

/** One of the programs that are shipped. */
export type Executable = keyof typeof packageOf;

/** Path of a program as its package ships it. */
export function binOf(executable: Executable): string {
  return fileURLToPath(
    new URL(`../../packages/${packageOf[executable]}/bin/${executable}.js`, import.meta.url),
  );
}
