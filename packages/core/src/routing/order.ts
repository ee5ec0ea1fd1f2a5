/**
 * A sequence that may be drawn only as far as it is read: the same index always gives the same element, and
 * `undefined` from its end on. Every array is one.
 */
export interface Order<T> {
  at(index: number): T | undefined;
}

/** The elements of an order, up to `limit` of them (default: all). */
export function takeOrder<T>(order: Order<T>, limit = Number.POSITIVE_INFINITY): T[] {
  const elements: T[] = [];
  while (elements.length < limit) {
    const element = order.at(elements.length);
    if (element === undefined) break;
    elements.push(element);
  }
  return elements;
}
