import type { Ordering } from './picker.ts';

/**
 * The list's own order: primary first, then its backups. One that is coming back stands in its place as often as
 * its share says, else after all others; the dice are used for those alone.
 */
export function primaryBackup(channels: readonly string[]): Ordering {
  return ({ covers, share }, random) => {
    const found: string[] = [];
    const later: string[] = [];
    let next = 0;
    return {
      at(index) {
        while (found.length <= index && next < channels.length) {
          const channel = channels[next];
          next += 1;
          if (channel === undefined || !covers(channel)) continue;
          const chance = share?.(channel) ?? 1;
          if (chance < 1 && random() >= chance) later.push(channel);
          else found.push(channel);
        }
        return found[index] ?? later[index - found.length];
      },
    };
  };
}
