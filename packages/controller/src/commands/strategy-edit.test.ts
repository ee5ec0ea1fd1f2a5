import { readFile, readdir, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Desk, readNamed } from '../testing/desk.ts';
import { sampleWithWeights, sampleYaml } from '../testing/sample-strategy.ts';
import type { EditorResult } from '../world.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await Desk.open();
  await desk.apply(sampleYaml);
});
afterEach(async () => {
  await desk.close();
});

const closed: EditorResult = { kind: 'closed' };

/** An editor that replaces text, once a round. */
function replacing(...rounds: readonly (readonly [from: string, to: string] | undefined)[]) {
  const seen: string[] = [];
  const editor = async (file: string, round: number): Promise<EditorResult> => {
    const text = await readFile(file, 'utf8');
    seen.push(text);
    const change = rounds[round - 1];
    if (change !== undefined) await writeFile(file, text.replace(...change));
    return closed;
  };
  return { editor, seen };
}

const drafts = async () => (await readdir(desk.folder)).filter((name) => name.startsWith('wayctl-edit-'));

describe('strategy edit', () => {
  it('makes the change and leaves no file behind', async () => {
    const { editor } = replacing(['cn-hangzhou: 70', 'cn-hangzhou: 71']);
    const run = await desk.runWith({ editor, answers: ['y'] }, 'strategy', 'edit', '--reason', 'one more');
    expect(run.code).toBe(0);
    expect(await desk.stored(desk.keys.strategy)).toContain('"cn-hangzhou":71');
    expect(await drafts()).toEqual([]);
  });

  it('opens again with the mistakes on top, their lines as the editor shows them, and keeps what was typed', async () => {
    const { editor, seen } = replacing(
      ['cn-hangzhou: 70', 'cn-hangzhou: -1 # mine'],
      ['cn-hangzhou: -1', 'cn-hangzhou: 7'],
    );
    const run = await desk.runWith({ editor, answers: ['y'] }, 'strategy', 'edit');
    expect(run.code).toBe(0);
    const [, second = ''] = seen;
    const line = Number(/^#! strategy\.yaml:(\d+):\d+: /m.exec(second)?.[1]);
    expect(second.split('\n')[line - 1]).toContain('cn-hangzhou: -1 # mine');
    expect(await desk.stored(desk.keys.strategy)).toContain('"cn-hangzhou":7');
  });

  it('gives up on a second close without a change, and keeps what was typed', async () => {
    const { editor } = replacing(['cn-hangzhou: 70', 'cn-hangzhou: lots'], undefined);
    const run = await desk.runWith({ editor, answers: [] }, 'strategy', 'edit');
    expect(run.code).toBe(3);
    expect(await readNamed(run.err, 'what you typed is kept in')).toContain('cn-hangzhou: lots');
  });

  it('keeps what was typed when somebody else was faster', async () => {
    const editor = async (file: string): Promise<EditorResult> => {
      await desk.apply(sampleWithWeights(1, 99), '--by', 'bob@pub', '--reason', 'hurry');
      const text = await readFile(file, 'utf8');
      await writeFile(file, text.replace('cn-hangzhou: 70', 'cn-hangzhou: 50'));
      return closed;
    };
    const run = await desk.runWith({ editor, answers: ['y'] }, 'strategy', 'edit');
    expect(run.code).toBe(4);
    expect(run.err).toMatch(/alice@desk .*bob@pub at .*hurry/);
    expect(await readNamed(run.err, 'what you typed is kept in')).toContain('cn-hangzhou: 50');
    expect(await desk.stored(desk.keys.strategy)).toContain('"cn-hangzhou":1');
  });

  it('keeps what was typed when the answer is no, and when ctrl-C ends the editor', async () => {
    const { editor } = replacing(['cn-hangzhou: 70', 'cn-hangzhou: 50']);
    const no = await desk.runWith({ editor, answers: ['n'] }, 'strategy', 'edit');
    expect(no.code).toBe(1);
    expect(await readNamed(no.err, 'what you typed is kept in')).toContain('cn-hangzhou: 50');

    const interrupted = await desk.runWith(
      {
        answers: [],
        editor: async (file) => {
          await writeFile(file, 'half a thou');
          return { kind: 'interrupted' };
        },
      },
      'strategy',
      'edit',
    );
    expect(interrupted.code).toBe(130);
    expect(await readNamed(interrupted.err, 'what you typed is kept in')).toBe('half a thou');
  });

  it('leaves nothing behind where nothing was typed', async () => {
    const unchanged = await desk.runWith(
      { editor: () => Promise.resolve(closed), answers: [] },
      'strategy',
      'edit',
    );
    expect(unchanged).toMatchObject({ code: 0 });
    expect(unchanged.out).toContain('nothing to change');
    const failing = () => Promise.resolve<EditorResult>({ kind: 'failed', reason: 'exit code 1' });
    expect(await desk.runWith({ editor: failing, answers: [] }, 'strategy', 'edit')).toMatchObject({
      code: 2,
    });
    expect(await drafts()).toEqual([]);
  });

  it('does not open an editor in vain where nobody could answer', async () => {
    let opened = 0;
    const editor = () => {
      opened += 1;
      return Promise.resolve(closed);
    };
    expect(await desk.runWith({ editor }, 'strategy', 'edit')).toMatchObject({ code: 2 });
    expect(opened).toBe(0);
  });
});
