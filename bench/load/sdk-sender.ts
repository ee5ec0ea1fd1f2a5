import { createRequire } from 'node:module';
import type Dysms from '@alicloud/dysmsapi20170525';
import { SendSmsRequest } from '@alicloud/dysmsapi20170525';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import { accessKey, message } from './message.ts';
import type { Sender, SenderOptions } from './sender.ts';

// Required, since the package's default export means two things, by who imports it.
const { default: Client } = createRequire(import.meta.url)('@alicloud/dysmsapi20170525') as typeof Dysms;

/** The official SDK as its documents show it, with the connections that it keeps by itself. */
export function sdkSender({ url }: SenderOptions): Sender {
  const { host, protocol } = new URL(url);
  const client = new Client(
    new $OpenApiUtil.Config({
      accessKeyId: accessKey.id,
      accessKeySecret: accessKey.secret,
      endpoint: host,
      protocol: protocol.slice(0, -1),
    }),
  );
  const { phoneNumbers, signName, templateCode, templateParam } = message;
  return {
    send: async (outId) => {
      const request = new SendSmsRequest({
        ...{ phoneNumbers, signName, templateCode, outId },
        templateParam: JSON.stringify(templateParam),
      });
      const { body } = await client.sendSms(request);
      return body?.code === 'OK';
    },
    close: () => Promise.resolve(),
  };
}
