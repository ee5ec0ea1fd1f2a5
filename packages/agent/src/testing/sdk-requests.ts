import { readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';

/** A request as an SDK of another language writes it. */
export interface SdkRequest {
  readonly name: string;
  /** The whole request as it goes over the wire. */
  readonly bytes: string;
  readonly answer: 'json' | 'xml';
  /** Whether nothing in it proves that no web page sent it, so that the agent needs `--local-keys`. */
  readonly needsLocalKeys: boolean;
}

const folder = new URL('./sdk-requests/', import.meta.url);

/** All requests of `sdk-requests/`, by name. */
export async function readSdkRequests(): Promise<SdkRequest[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.http')).sort();
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(new URL(file, folder), 'utf8');
      const end = text.indexOf('\n\n');
      const notes = text.slice(0, end);
      return {
        name: file.slice(0, -'.http'.length),
        bytes: text.slice(end + 2).replaceAll('\n', '\r\n'),
        answer: notes.includes('\n# answer: xml') ? 'xml' : 'json',
        needsLocalKeys: notes.includes('\n# needs: local-keys'),
      };
    }),
  );
}

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** Writes a request over a fresh connection and reads its answer, which has a Content-Length. */
export function replay(port: number, bytes: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let read = Buffer.alloc(0);
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.setTimeout(20_000, () => socket.destroy(new Error(`no whole answer: ${read.toString()}`)));
    socket.on('error', reject);
    socket.on('end', () => {
      reject(new Error(`cut off: ${read.toString()}`));
    });
    socket.on('data', (chunk) => {
      read = Buffer.concat([read, chunk]);
      const end = read.indexOf('\r\n\r\n');
      const head = read.subarray(0, Math.max(end, 0)).toString();
      const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1]);
      if (end === -1 || read.length < end + 4 + length) return;
      socket.destroy();
      resolve({
        status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
        contentType: /^content-type: (.+)$/im.exec(head)?.[1] ?? '',
        text: read.subarray(end + 4).toString(),
      });
    });
  });
}
