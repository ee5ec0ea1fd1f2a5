/** What was written is no longer what is read. */
export class JournalDamage extends Error {
  override readonly name = 'JournalDamage';
}
