import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { channelSchema } from '../model/channel.ts';
import { channelAccount, channelEndpoint, channelHost, regionHost } from './channel-endpoint.ts';
import { regionHosts } from './region-hosts.ts';

/** The official client, as far as this test looks at it. */
interface OfficialClient {
  readonly _endpoint: string;
  readonly _endpointMap: Readonly<Record<string, string>>;
}

const load = createRequire(new URL('../../../agent/package.json', import.meta.url));
const { default: Client } = load('@alicloud/dysmsapi20170525') as {
  default: new (config: Readonly<Record<string, string>>) => OfficialClient;
};
const official = (regionId: string) => new Client({ accessKeyId: 'id', accessKeySecret: 'secret', regionId });

describe('the region map', () => {
  it('is the official package’s own', () => {
    expect(regionHosts).toEqual(official('cn-hangzhou')._endpointMap);
  });

  it.each([...Object.keys(regionHosts), 'cn-shanghai', 'cn-guangzhou', 'me-east-1', 'xx-unheard-of-9'])(
    'sends %s where the official client does',
    (regionId) => {
      expect(regionHost(regionId)).toBe(official(regionId)._endpoint);
    },
  );

  it('does not take a name of every object for a region', () => {
    expect(regionHost('constructor')).toBe('dysmsapi.aliyuncs.com');
  });
});

describe('a channel', () => {
  it('goes where its region is, over https', () => {
    const channel = channelSchema.parse({ provider: 'aliyun', regionId: 'ap-southeast-1' });
    expect(channelEndpoint(channel)).toMatchObject({ protocol: 'https', path: '/' });
    expect(channelHost(channel)).toBe('dysmsapi.ap-southeast-1.aliyuncs.com:443');
  });

  it('goes where its own endpoint says', () => {
    const channel = channelSchema.parse({
      provider: 'aliyun',
      regionId: 'cn-hangzhou',
      endpoint: 'http://127.0.0.1:7300',
    });
    expect(channelEndpoint(channel).url).toBe('http://127.0.0.1:7300/');
  });

  it('is paid for by its account, else by the credential’s', () => {
    const channel = { provider: 'aliyun', regionId: 'cn-hangzhou', credential: 'main' };
    expect(channelAccount(channelSchema.parse(channel))).toBe('main');
    expect(channelAccount(channelSchema.parse({ ...channel, account: 'company' }))).toBe('company');
  });
});
