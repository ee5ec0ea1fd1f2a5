import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { Document, Scene } from './scene.ts';

interface Example extends Document {
  readonly channels: Readonly<Record<string, Document>>;
}

/**
 * A strategy of `examples/` with nothing changed but where its channels lead: each to the simulated region that
 * its region id names, a gateway to the simulated one.
 */
export async function exampleFor(set: Scene, name: string): Promise<Example> {
  const file = new URL(`../../examples/${name}`, import.meta.url);
  const example = parse(await readFile(file, 'utf8')) as Example;
  const channels = Object.entries(example.channels).map(([channel, document]) => {
    const region = document['provider'] === 'http' ? 'other' : String(document['regionId']);
    return [channel, { ...document, endpoint: set.simulator.urlOf(region) }] as const;
  });
  return { ...example, channels: Object.fromEntries(channels) };
}
