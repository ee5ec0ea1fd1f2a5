import { describe, expect, it } from 'vitest';
import { JournalDamage } from './journal-damage.ts';
import { JournalKeys } from './journal-keys.ts';
import { decodeChanges, encodeChanges, textOf } from './log-change.ts';
import { readFrames, sealFrame } from './log-frame.ts';

const keys = new JournalKeys(Buffer.alloc(32, 1));
const contents = ['the first', 'a second one', 'the third of them'].map((text) => Buffer.from(text));
const place = (sequence: number) => ({ generation: 7, sequence, before: 4 });
const frames = contents.map((content, sequence) => sealed(sequence, content));
const whole = Buffer.concat(frames);
/** A frame whose last byte shows whether it is there: in a file, what was not written is zero. */
function sealed(sequence: number, content: Buffer): Buffer {
  const frame = sealFrame(keys, place(sequence), content);
  return frame.at(-1) === 0 ? sealed(sequence, content) : frame;
}
/** Room that was taken ahead. */
const room = Buffer.alloc(100);

const read = (bytes: Buffer) => readFrames(keys, bytes)?.frames.map(String) ?? [];

describe('the frames of a file', () => {
  it('are read as they were written', () => {
    expect(readFrames(keys, Buffer.concat([whole, room]))).toMatchObject({ generation: 7, before: 4 });
    expect(read(Buffer.concat([whole, room]))).toEqual(contents.map(String));
    expect(read(room)).toEqual([]);
  });

  it('are those before the last, wherever the write of that was cut short', () => {
    const ends = frames.map((_, index) => Buffer.concat(frames.slice(0, index + 1)).length);
    for (let cut = 0; cut < whole.length; cut += 1) {
      const expected = contents.slice(0, ends.filter((end) => end <= cut).length).map(String);
      expect(read(whole.subarray(0, cut))).toEqual(expected);
      expect(read(Buffer.concat([whole.subarray(0, cut), Buffer.alloc(whole.length - cut), room]))).toEqual(
        expected,
      );
    }
  });

  it('are damaged where one that does not open is followed by one that does', () => {
    const [first, second, third] = frames.map(({ length }) => length);
    const changed = (at = 0): Buffer => {
      const bytes = Buffer.from(whole);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      return bytes;
    };
    expect(() => read(changed((first ?? 0) - 1))).toThrow(JournalDamage);
    expect(() => read(changed((first ?? 0) + (second ?? 0) - 1))).toThrow(JournalDamage);
    // The last one cannot be told from one that was never whole.
    expect(read(changed(whole.length - 1))).toEqual(contents.slice(0, 2).map(String));
    expect(third).toBeGreaterThan(0);
  });

  it('stand in their order, and those of an earlier file are none', () => {
    const earlier = sealFrame(keys, { ...place(3), generation: 6 }, Buffer.from('old'));
    expect(read(Buffer.concat([whole, earlier]))).toEqual(contents.map(String));
    expect(read(Buffer.concat([...frames.slice(0, 1), ...frames.slice(2)]))).toEqual(['the first']);
    expect(readFrames(new JournalKeys(Buffer.alloc(32, 2)), whole)).toBeUndefined();
  });
});

it('changes are read as they were written', () => {
  const changes = [
    { name: 'key a', text: '阿里云 "x"', textBytes: Buffer.byteLength('阿里云 "x"') },
    { name: 'key b', textBytes: 0 },
    { name: 'id c', text: '', textBytes: 0 },
  ];
  const { bytes, logged } = encodeChanges(changes);
  const told = [...decodeChanges(bytes)].map(({ name, text }) => [name, text && textOf(text)]);
  expect(told).toEqual(changes.map(({ name, text }) => [name, text]));
  expect(logged).toEqual([...decodeChanges(bytes)]);
});
