// A provider that accepts everything, late: `slow-provider.js PORT DELAY-MS`.
import { createServer } from 'node:http';
import { acceptedAnswer } from '../upstream/accepted-answer.ts';

const [, , port, delayMs] = process.argv;

createServer({ keepAliveTimeout: 300_000 }, (request, response) => {
  request.resume();
  setTimeout(() => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(acceptedAnswer);
  }, Number(delayMs));
}).listen({ port: Number(port), host: '127.0.0.1', backlog: 4096 });
