import { describe, expect, it } from 'vitest';
import { readEnvironment } from './credential-environment.ts';

const env = {
  WAYSTATION_CREDENTIAL_CN_MAIN_ACCESS_KEY_ID: 'id',
  WAYSTATION_CREDENTIAL_CN_MAIN_ACCESS_KEY_SECRET: 'secret',
  WAYSTATION_CREDENTIAL_STS_ACCESS_KEY_ID: 'id',
  WAYSTATION_CREDENTIAL_STS_ACCESS_KEY_SECRET: 'secret',
  WAYSTATION_CREDENTIAL_STS_SECURITY_TOKEN: 'token',
  WAYSTATION_CREDENTIAL_OTHER_API_KEY: 'key',
  WAYSTATION_CREDENTIAL_HALF_ACCESS_KEY_ID: 'id',
  WAYSTATION_CREDENTIAL_HALF_ACCESS_KEY_SECRET: '',
  WAYSTATION_CREDENTIAL_BOTH_ACCESS_KEY_ID: 'id',
  WAYSTATION_CREDENTIAL_BOTH_API_KEY: 'key',
};
const pair = { kind: 'aliyun', accessKeyId: 'id', accessKeySecret: 'secret' };

describe('readEnvironment', () => {
  it.each([
    ['cn-main', { kind: 'found', credential: pair }],
    ['cn.main', { kind: 'found', credential: pair }],
    ['sts', { kind: 'found', credential: { ...pair, securityToken: 'token' } }],
    ['other', { kind: 'found', credential: { kind: 'api-key', key: 'key' } }],
    ['none', { kind: 'none' }],
  ])('reads %s', (name, found) => {
    expect(readEnvironment(env, name)).toEqual(found);
  });

  it.each(['half', 'both'])('names the variables that are at fault for %s', (name) => {
    expect(readEnvironment(env, name)).toMatchObject({
      kind: 'mistake',
      reason: expect.stringContaining(`WAYSTATION_CREDENTIAL_${name.toUpperCase()}_`) as string,
    });
  });
});
