// Callers that ask and read no answer, and callers whose requests have no end: `silent-callers.js URL COUNT`. Each
// comes again when it is cut off; a line is printed once all are connected.
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const [, , url = '', count] = process.argv;
const port = Number(new URL(url).port);
const question = `GET /v1/messages/none HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`.repeat(50);
const unfinished =
  'POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{';

function call(text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.pause();
      socket.write(text);
      resolve();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      void delay(1000).then(() => call(text));
    });
  });
}

await Promise.all(
  Array.from({ length: Number(count) }, (_, at) => call(at % 2 === 0 ? question : unfinished)),
);
console.log('connected');
