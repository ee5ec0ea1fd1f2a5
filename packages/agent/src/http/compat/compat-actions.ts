/** What `--compat-actions` is unless given. */
export const defaultCompatActions = 'Query*,Get*,List*';

/** A list of names of actions, each with `*` at its end or not; `undefined` where it is none. */
export function parseCompatActions(text: string): readonly string[] | undefined {
  const patterns = text === '' ? [] : text.split(',');
  return patterns.every((pattern) => /^(?:[A-Za-z]\w{0,63})?\*?$/.test(pattern) && pattern !== '')
    ? patterns
    : undefined;
}

/** Whether an action may be passed on; those that send texts by other ways than ours never. */
export function mayPassOn(action: string, patterns: readonly string[]): boolean {
  if (!/^\w{1,64}$/.test(action) || action === 'SendSms' || action === 'SendBatchSms') return false;
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : action === pattern,
  );
}
