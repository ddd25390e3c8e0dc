/** Lets at most so many pieces of work run at one time; the others wait in the order in which they came. */
export function turns(capacity: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = capacity;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
