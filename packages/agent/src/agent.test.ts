import { randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SendResult } from './send/send-result.ts';
import { AgentFixture, strategy } from './testing/agent-fixture.ts';
import { signed } from './testing/compat-request.ts';

const patience = { timeout: 20_000, interval: 20 };

let fixture: AgentFixture;
beforeEach(async () => {
  fixture = new AgentFixture();
  await fixture.open();
});
afterEach(async () => {
  await fixture.close();
});

describe('an agent that follows a file', () => {
  it('is ready once it has a strategy, and says until then why not', async () => {
    const started = await fixture.start();
    expect(await started.ready()).toEqual([
      503,
      { ready: false, reasons: [expect.stringMatching(/^no strategy yet: .*ENOENT/)] },
    ]);
    const refused = await started.send();
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'SEND_NO_STRATEGY' }]);
    expect((await fetch(`${started.admin}/healthz`)).status).toBe(200);
    await fixture.writeStrategy(strategy('cn-hangzhou'));
    await expect.poll(() => started.ready(), patience).toEqual([200, { ready: true, reasons: [] }]);
    expect(await started.status()).toMatchObject({
      agent: { agentId: 'agent-1', version: '1.2.3', env: 'test', fleet: 'default', labels: { team: 'sms' } },
      phase: 'serving',
      ready: true,
      strategy: { revision: 1, source: 'file', digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      channels: [{ name: 'cn-hangzhou', drained: false, inFlight: 0 }],
      counts: { accepted: 1, failed: 2, unknown: 3 },
      warnings: ['a local warning'],
    });
  });

  it('waits for the first round of probes where it starts without a cache, and only there', async () => {
    await fixture.writeStrategy(strategy('cn-hangzhou'));
    const started = await fixture.start();
    await expect.poll(() => started.ready(), patience).toEqual([200, { ready: true, reasons: [] }]);
    started.sendSide.probingFirst = true;
    const reasons = ['the channels are being probed for the first time'];
    expect(await started.ready()).toEqual([503, { ready: false, reasons }]);
    started.sendSide.probingFirst = false;
    expect((await started.ready())[0]).toBe(200);
    await fixture.stop(started);
    const again = await fixture.start();
    again.sendSide.probingFirst = true;
    expect(await again.ready()).toEqual([200, { ready: true, reasons: [] }]);
  });

  it('checks callers by the keys that their file holds by now, and by the last good ones where it is broken', async () => {
    const file = join(fixture.dir, 'keys.yaml');
    await writeFile(file, 'LTAIOther: another-secret\n');
    const localKeys = { kind: 'keys', secrets: new Map([['LTAIFirst', 'x']]), file } as const;
    const started = await fixture.start({ protection: { allowedHosts: [], localKeys } });
    const status = async (): Promise<number> => {
      const Timestamp = `${new Date().toISOString().slice(0, 19)}Z`;
      const SignatureNonce = randomUUID();
      return (await fetch(`${started.api}/?${signed({ Timestamp, SignatureNonce })}`)).status;
    };
    expect(await status()).toBe(404);
    await writeFile(file, 'LTAILocal: local-secret\n');
    // Let in, and told that there is no strategy yet.
    await expect.poll(status, patience).toBe(503);
    await writeFile(file, 'LTAILocal');
    await expect
      .poll(async () => (await started.status())['warnings'], patience)
      .toContainEqual(expect.stringMatching(/^local keys not reloaded/));
    expect(await status()).toBe(503);
  });

  it('keeps the last good strategy when the next is broken, invalid or refused here, and says why', async () => {
    await fixture.writeStrategy(strategy('good'));
    const started = await fixture.start();
    for (const [content, reason] of [
      ['channels: [', /strategy\.yaml:/],
      [{ ...strategy('good'), schemaVersion: 99 }, /schemaVersion/],
      [strategy('forbidden'), /forbidden is not allowed here/],
    ] as const) {
      await fixture.writeStrategy(content);
      await expect
        .poll(async () => (await started.status())['refused'], patience)
        .toMatchObject({ reason: expect.stringMatching(reason) as string });
      expect(await started.status()).toMatchObject({ ready: true, strategy: { revision: 1 } });
    }
    await fixture.writeStrategy(strategy('better'));
    await expect
      .poll(async () => (await started.status())['strategy'], patience)
      .toMatchObject({ revision: 5 });
    const { refused, strategies } = await started.status();
    expect([refused, strategies]).toEqual([undefined, { applied: 2, refused: 3 }]);
  });

  it('serves from its cache when the file is gone after a restart, and reports a damaged cache', async () => {
    await fixture.writeStrategy(strategy('cached'));
    await fixture.stop(await fixture.start());
    await rm(join(fixture.dir, 'strategy.yaml'));
    const second = await fixture.start();
    expect(await second.status()).toMatchObject({
      ready: true,
      strategy: { source: 'cache' },
      stale: { reason: expect.stringContaining('ENOENT') as string },
    });
    await fixture.stop(second);
    await writeFile(join(fixture.dir, 'state', 'strategy-cache'), 'damaged');
    const third = await fixture.start();
    expect(await third.status()).toMatchObject({
      ready: false,
      warnings: [expect.stringContaining('set aside') as string],
    });
  });

  it('lets requests under way end before it stops, and is not ready meanwhile', async () => {
    await fixture.writeStrategy(strategy('a'));
    const started = await fixture.start();
    let finish: ((result: SendResult) => void) | undefined;
    started.sendSide.answer = () => new Promise((resolve) => (finish = resolve));
    const sending = started.send();
    await expect.poll(() => finish !== undefined, patience).toBe(true);
    const stopping = fixture.stop(started);
    expect(await started.ready()).toMatchObject([503, { reasons: ['the agent is stopping'] }]);
    expect(started.sendSide.stopped).toBe(false);
    finish?.({ kind: 'accepted', id: 'm', revision: 1, attempts: [], channel: 'a' });
    expect((await sending).status).toBe(200);
    await stopping;
    expect(started.sendSide.stopped).toBe(true);
    await expect(fetch(`${started.admin}/healthz`)).rejects.toThrow();
  });

  it('refuses a second agent on the same data-dir, and a port that is taken, and leaves nothing open', async () => {
    const first = await fixture.start();
    await expect(fixture.start()).rejects.toMatchObject({ code: 'DATA_DIR_LOCKED' });
    const port = Number(new URL(first.api).port);
    const other = join(fixture.dir, 'other');
    await expect(
      fixture.start({ dataDir: other, listen: { kind: 'tcp', host: '127.0.0.1', port } }),
    ).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
    expect(await fixture.start({ dataDir: other })).toBeDefined();
  });
});

describe('what an agent says of itself', () => {
  it('never holds numbers, parameters or secrets', async () => {
    await fixture.writeStrategy(strategy('a'));
    const token = 'PLANTED-TOKEN-0123456789';
    const started = await fixture.start({ protection: { allowedHosts: [], token } });
    started.sendSide.answer = () => Promise.reject(new Error('POST /?PhoneNumbers=13800138000 failed'));
    const answers: string[] = [];
    for (const authorization of [`Bearer ${token}`, `Bearer ${token}x`]) {
      for (const body of [
        {
          phoneNumbers: '13800138000',
          signName: 's',
          templateCode: 't',
          templateParam: { code: 'PLANTED-CODE' },
        },
        { phoneNumbers: ['1380013800x', '13800138000'], templateParam: '{"code":"PLANTED-CODE"', extra: 1 },
      ]) {
        const response = await fetch(`${started.api}/v1/messages`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization },
          body: JSON.stringify(body),
        });
        answers.push(await response.text());
      }
    }
    answers.push(JSON.stringify(await started.status()), JSON.stringify(started.agent.status.report()));
    await fixture.stop(started);
    const cache = await readFile(join(fixture.dir, 'state', 'strategy-cache'), 'utf8');
    const all = [...answers, ...fixture.logs, cache].join('\n');
    expect(fixture.logs.join('')).toContain('request failed by a defect');
    for (const leak of ['PLANTED', '13800138000', '1380013800x']) expect(all).not.toContain(leak);
  });
});
