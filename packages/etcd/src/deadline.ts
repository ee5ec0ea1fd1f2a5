import type { CancelSignal } from '@waystation/core';

/**
 * What `promise` becomes, unless `ms` go by (then `late()` is thrown) or the signal aborts (then its reason). What
 * was begun is left to end by itself.
 */
export async function within<T>(
  promise: Promise<T>,
  ms: number,
  late: () => Error,
  signal?: CancelSignal,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let abandon: (() => void) | undefined;
  const given = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(late());
    }, ms);
    abandon = () => {
      reject(signal?.reason as Error);
    };
    if (signal?.aborted === true) abandon();
    else signal?.addEventListener('abort', abandon, { once: true });
  });
  try {
    return await Promise.race([promise, given]);
  } finally {
    clearTimeout(timer);
    if (abandon !== undefined) signal?.removeEventListener('abort', abandon);
  }
}
