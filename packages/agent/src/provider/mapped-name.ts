/** What a channel's account calls a sign or template: its own name for it, else the message's. */
export function mappedName(names: Readonly<Record<string, string>> | undefined, name: string): string {
  return names !== undefined && Object.hasOwn(names, name) ? (names[name] ?? name) : name;
}
