// A forward proxy as one writes it in Node without a framework, and nothing else: `node-proxy.js PORT UPSTREAM-PORT`.
import { Agent, createServer, request } from 'node:http';

const [, , port, upstreamPort] = process.argv;
const agent = new Agent({ keepAlive: true, maxSockets: 1024, scheduling: 'lifo' });

createServer((incoming, outgoing) => {
  const forwarded = request(
    {
      ...{ agent, host: '127.0.0.1', port: Number(upstreamPort) },
      ...{ method: incoming.method, path: incoming.url, headers: incoming.headers },
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    },
  );
  forwarded.on('error', () => {
    if (!outgoing.headersSent) outgoing.writeHead(502);
    outgoing.end();
  });
  incoming.pipe(forwarded);
}).listen(Number(port), '127.0.0.1');
