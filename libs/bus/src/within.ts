/** Waits for a promise, at most so long; how it ends does not matter. */
export async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  let limit: NodeJS.Timeout;
  const longest = new Promise<void>((resolve) => (limit = setTimeout(resolve, ms)));
  await Promise.race([promise.catch(() => undefined), longest]).finally(() => clearTimeout(limit));
}
