import type { Ordering } from './picker.ts';

/** The list's own order: primary first, then its backups. Uses no dice. */
export function primaryBackup(channels: readonly string[]): Ordering {
  return (covers) => {
    const found: string[] = [];
    let next = 0;
    return {
      at(index) {
        while (found.length <= index && next < channels.length) {
          const channel = channels[next];
          if (channel !== undefined && covers(channel)) found.push(channel);
          next += 1;
        }
        return found[index];
      },
    };
  };
}
