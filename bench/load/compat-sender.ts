import { Pool } from 'undici';
import { accessKey, message } from './message.ts';
import type { Sender, SenderOptions } from './sender.ts';

/**
 * An application that posts what Aliyun's SDK posts, with undici, to the agent's Aliyun-compatible API. Without
 * `--local-keys` no signature is checked, so that none is made: what is compared is the agent's work.
 */
export function compatSender({ url, connections }: SenderOptions): Sender {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const authorization =
    `ACS3-HMAC-SHA256 Credential=${accessKey.id},` +
    `SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,` +
    `Signature=${'0'.repeat(64)}`;
  const fixed = new URLSearchParams({
    PhoneNumbers: message.phoneNumbers,
    SignName: message.signName,
    TemplateCode: message.templateCode,
    TemplateParam: JSON.stringify(message.templateParam),
  }).toString();
  return {
    send: async (outId) => {
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: `/?${fixed}&OutId=${outId}`,
        headers: {
          'x-acs-version': '2017-05-25',
          'x-acs-action': 'SendSms',
          'x-acs-date': new Date().toISOString().replace(/\.\d{3}Z$/, 'Z'),
          // No two are one message, as with a real SDK.
          'x-acs-signature-nonce': outId,
          'x-acs-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
          accept: 'application/json',
          authorization,
        },
      });
      const { Code: code } = (await body.json()) as { Code?: unknown };
      return statusCode === 200 && code === 'OK';
    },
    close: () => pool.close(),
  };
}
