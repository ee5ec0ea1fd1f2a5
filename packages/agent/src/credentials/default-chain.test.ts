import { VirtualClock } from '@waystation/core/testing';
import { describe, expect, it, vi } from 'vitest';
import { DefaultChain, officialChain } from './default-chain.ts';

/** A chain whose answers are numbered, and that may be broken or slow. */
function chainOf(ask: (times: number) => Promise<string>) {
  const clock = new VirtualClock();
  let asked = 0;
  const chain = new DefaultChain({
    clock,
    ask: async () => {
      asked += 1;
      return { accessKeyId: await ask(asked), accessKeySecret: 's', securityToken: 't' };
    },
  });
  const id = async (): Promise<string> => {
    const result = await chain.current();
    return result.ok && result.credential.kind === 'aliyun' ? result.credential.accessKeyId : 'none';
  };
  return { clock, id, asked: () => asked };
}

describe('DefaultChain', () => {
  it('asks once for many, and again in the background after a minute', async () => {
    const { clock, id, asked } = chainOf((times) => Promise.resolve(`id-${String(times)}`));
    expect(await Promise.all([id(), id(), id()])).toEqual(['id-1', 'id-1', 'id-1']);
    clock.advance(59_000);
    expect(await id()).toBe('id-1');
    expect(asked()).toBe(1);
    clock.advance(2000);
    expect(await id()).toBe('id-1');
    await expect.poll(id, { timeout: 15_000 }).toBe('id-2');
    expect(asked()).toBe(2);
  });

  it('waits for an answer when the last is older than ten minutes', async () => {
    const { clock, id } = chainOf((times) => Promise.resolve(`id-${String(times)}`));
    await id();
    clock.advance(601_000);
    expect(await id()).toBe('id-2');
  });

  it('keeps a good token while the chain does not answer, and asks again soon after a failure', async () => {
    const { clock, id, asked } = chainOf((times) =>
      times === 1 || times === 3
        ? Promise.reject(new Error('no metadata'))
        : Promise.resolve(`id-${String(times)}`),
    );
    expect(await id()).toBe('none');
    expect(await id()).toBe('none');
    expect(asked()).toBe(1);
    clock.advance(5000);
    expect(await id()).toBe('id-2');
    clock.advance(61_000);
    expect(await id()).toBe('id-2');
    await expect.poll(asked, { timeout: 15_000 }).toBe(3);
    expect(await id()).toBe('id-2');
  });

  it('is not asked for each send while it finds nothing, whether or not a token is left', async () => {
    let gone = false;
    const { clock, id, asked } = chainOf((times) =>
      gone ? Promise.reject(new Error('no metadata')) : Promise.resolve(`id-${String(times)}`),
    );
    expect(await id()).toBe('id-1');
    gone = true;
    clock.advance(601_000);
    expect(await id()).toBe('none');
    expect([await id(), await id(), asked()]).toEqual(['none', 'none', 2]);
    clock.advance(5000);
    gone = false;
    expect(await id()).toBe('id-3');
    gone = true;
    clock.advance(61_000);
    await expect.poll(async () => [await id(), asked()], { timeout: 15_000 }).toEqual(['id-3', 4]);
    expect([await id(), await id(), asked()]).toEqual(['id-3', 'id-3', 4]);
  });
});

describe('officialChain', () => {
  it('asks the official package, which looks into the environment first', async () => {
    vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_ID', 'LTAIEnvironment');
    vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_SECRET', 'secret');
    vi.stubEnv('ALIBABA_CLOUD_SECURITY_TOKEN', '');
    try {
      expect(await officialChain()()).toMatchObject({
        accessKeyId: 'LTAIEnvironment',
        accessKeySecret: 'secret',
      });
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
