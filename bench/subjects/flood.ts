// Floods an agent: `flood.js URL`. It reads a flood's order a line and answers with what became of it, both as JSON.
import { createInterface } from 'node:readline';
import { Flood } from '../load/flood.ts';
import type { FloodOrder } from '../load/flood.ts';

const flood = new Flood(process.argv[2] ?? '');
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await flood.run(JSON.parse(line) as FloodOrder)));
}
flood.close();
