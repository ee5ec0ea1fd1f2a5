import type { PlacedEntry } from './entry-place.ts';
import { JournalDamage } from './journal-damage.ts';
import type { JournalStock } from './journal-stock.ts';

/** What stands under a name; nothing is sent where that cannot be read. */
export function lookUp(stock: JournalStock, name: string): PlacedEntry | 'damaged' | undefined {
  try {
    return stock.get(name);
  } catch (error) {
    if (error instanceof JournalDamage) return 'damaged';
    throw error;
  }
}
