/**
 * Work in small steps: it yields wherever others may have a turn, and returns what it came to. Whoever runs it decides
 * how many steps are done in one go.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Does the whole work in one go. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** What `each` comes to for every item, one after the other, a step an item. */
export function* eachInSteps<Item, T>(items: Iterable<Item>, each: (item: Item) => T): Steps<T[]> {
  const results: T[] = [];
  for (const item of items) {
    results.push(each(item));
    yield;
  }
  return results;
}
