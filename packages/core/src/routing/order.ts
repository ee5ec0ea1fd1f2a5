/**
 * A sequence that may be drawn only as far as it is read: the same index always gives the same element, and
 * `undefined` from its end on. Every array is one.
 */
export interface Order<T> {
  at(index: number): T | undefined;
}

/** Several orders as one, each begun only when those before it are used up. */
export function chainOrders<T>(begin: readonly (() => Order<T>)[]): Order<T> {
  const elements: T[] = [];
  let turn = 0;
  let current = begin[0]?.();
  let next = 0;
  return {
    at(index) {
      while (elements.length <= index && current !== undefined) {
        const element = current.at(next);
        next += 1;
        if (element === undefined) {
          turn += 1;
          current = begin[turn]?.();
          next = 0;
        } else elements.push(element);
      }
      return elements[index];
    },
  };
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
