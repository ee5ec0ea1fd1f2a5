// The least that two hops of HTTP can cost in Node: takes a message by `node:http`, signs it, sends it by undici, and
// answers. It checks, chooses, counts and remembers nothing: `signing-relay.js PORT UPSTREAM-URL`.
import { createHmac, hash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { Pool } from 'undici';
import { accessKey } from '../load/message.ts';

interface Message {
  readonly phoneNumbers: string | readonly string[];
  readonly signName: string;
  readonly templateCode: string;
  readonly templateParam: unknown;
  readonly outId?: string;
}

const [, , port, upstreamUrl = ''] = process.argv;
const pool = new Pool(upstreamUrl, { connections: 256, pipelining: 1 });
const { host } = new URL(upstreamUrl);
const emptyBodyDigest = hash('sha256', '', 'hex');

function queryOf({ phoneNumbers, signName, templateCode, templateParam, outId = '' }: Message): string {
  const encode = encodeURIComponent;
  const signed = `SignName=${encode(signName)}&TemplateCode=${encode(templateCode)}`;
  return `OutId=${encode(outId)}&PhoneNumbers=${encode(String(phoneNumbers))}&${signed}&TemplateParam=${encode(JSON.stringify(templateParam))}`;
}

function signedHeaders(query: string): Record<string, string> {
  const headers: Record<string, string> = {
    host,
    'x-acs-action': 'SendSms',
    'x-acs-content-sha256': emptyBodyDigest,
    'x-acs-date': new Date().toISOString().replace(/\.\d{3}Z$/, 'Z'),
    'x-acs-signature-nonce': randomUUID(),
    'x-acs-version': '2017-05-25',
  };
  let canonical = `POST\n/\n${query}\n`;
  for (const name in headers) canonical += `${name}:${headers[name] ?? ''}\n`;
  const names = Object.keys(headers).join(';');
  canonical += `\n${names}\n${emptyBodyDigest}`;
  const text = `ACS3-HMAC-SHA256\n${hash('sha256', canonical, 'hex')}`;
  const signature = createHmac('sha256', accessKey.secret).update(text).digest('hex');
  headers['accept'] = 'application/json';
  headers['authorization'] =
    `ACS3-HMAC-SHA256 Credential=${accessKey.id},SignedHeaders=${names},Signature=${signature}`;
  return headers;
}

function relay(message: Message, response: ServerResponse): void {
  const query = queryOf(message);
  const chunks: Buffer[] = [];
  pool.dispatch(
    { method: 'POST', path: `/?${query}`, headers: signedHeaders(query), body: null },
    {
      onRequestStart: () => undefined,
      onResponseStart: () => undefined,
      onResponseData: (_controller, chunk) => {
        chunks.push(chunk);
      },
      onResponseEnd: () => {
        const { Code: code, BizId: bizId } = JSON.parse(Buffer.concat(chunks).toString()) as Record<
          string,
          string
        >;
        const body = JSON.stringify({ id: randomUUID(), code, bizId });
        response.writeHead(200, ['content-type', 'application/json', 'content-length', String(body.length)]);
        response.end(body);
      },
      onResponseError: () => {
        response.writeHead(502);
        response.end();
      },
    },
  );
}

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
  });
  request.on('end', () => {
    relay(JSON.parse(Buffer.concat(chunks).toString()) as Message, response);
  });
}).listen(Number(port), '127.0.0.1');
