import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Simulator } from './simulator.ts';
import { startSimulator } from './start-simulator.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.stop());

describe('startSimulator', () => {
  it('answers an unsigned request with a well-formed error', async () => {
    const response = await request(`${simulator.regions['cn-hangzhou'] ?? ''}/`);
    const body = await response.body.text();
    expect(response.statusCode).toBe(404);
    expect(body).toContain('<Code>InvalidAction.NotFound</Code>');
    expect(body).toContain('<HostId>127.0.0.1:');
  });

  it('takes a text through a gateway and shows it in the ledger', async () => {
    const response = await request(simulator.gateways['other'] ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        apikey: 'simulator-apikey',
        mobile: '13800138000',
        content: '【阿里云】您的验证码是：1234，请在5分钟内输入。',
        ref: 'order-1',
      }).toString(),
    });
    expect(await response.body.json()).toMatchObject({ code: 0, msg: 'OK' });
    expect(simulator.texts()).toMatchObject([
      {
        region: 'other',
        account: 'other',
        phoneNumber: '+8613800138000',
        signName: '阿里云',
        outId: 'order-1',
      },
    ]);
  });
});
