/** A disk that takes longer than this for one group is none to rely on. */
const flushMs = 30_000;

/** What was written, or a rejection where the disk takes too long for it. */
export async function inTime(written: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`the disk did not take a write within ${String(flushMs)} ms`));
    }, flushMs);
  });
  try {
    await Promise.race([written, late]);
  } finally {
    clearTimeout(timer);
  }
}
