import { randomUUID } from 'node:crypto';
import { OpenApiUtil } from '@alicloud/openapi-core';
import { Pool } from 'undici';
import { accessKey, message } from './message.ts';
import type { Sender, SenderOptions } from './sender.ts';

type OfficialRequest = Parameters<typeof OpenApiUtil.getAuthorization>[0];

const emptyBodyDigest = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** What a careful application does without the SDK's own transport: undici, signed by the official package. */
export function officialSignerSender({ url, connections }: SenderOptions): Sender {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const { host } = new URL(url);
  return {
    send: async (outId) => {
      const query = {
        PhoneNumbers: message.phoneNumbers,
        SignName: message.signName,
        TemplateCode: message.templateCode,
        TemplateParam: JSON.stringify(message.templateParam),
        OutId: outId,
      };
      const headers = {
        host,
        'x-acs-version': '2017-05-25',
        'x-acs-action': 'SendSms',
        'x-acs-date': new Date().toISOString().replace(/\.\d{3}Z$/, 'Z'),
        'x-acs-signature-nonce': randomUUID(),
        'x-acs-content-sha256': emptyBodyDigest,
        accept: 'application/json',
      };
      const request = { method: 'POST', pathname: '/', query, headers } as unknown as OfficialRequest;
      const authorization = OpenApiUtil.getAuthorization(
        request,
        'ACS3-HMAC-SHA256',
        emptyBodyDigest,
        accessKey.id,
        accessKey.secret,
      );
      const answer = await pool.request({
        method: 'POST',
        path: `/?${new URLSearchParams(query).toString().replaceAll('+', '%20')}`,
        headers: { ...headers, authorization },
      });
      const { Code: code } = (await answer.body.json()) as { Code?: unknown };
      return code === 'OK';
    },
    close: () => pool.close(),
  };
}
