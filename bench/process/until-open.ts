import { connect } from 'node:net';
import type { BenchProcess } from './bench-process.ts';
import { eventually } from './eventually.ts';

/** Waits until a process listens on a loopback port. */
export async function untilOpen(process: BenchProcess, port: number): Promise<void> {
  await eventually(`${process.name} listens`, async () => {
    process.mustRun();
    await new Promise<void>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve();
      });
      socket.on('error', reject);
    });
  });
}
