/** Maps at most `width` things at one time; the results are in the order of the things. */
export async function inParallel<A, B>(
  things: readonly A[],
  width: number,
  map: (thing: A) => Promise<B>,
): Promise<readonly B[]> {
  const results = new Array<B>(things.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < things.length) {
      const n = next++;
      results[n] = await map(things[n]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, things.length) }, lane));
  return results;
}
