/** Maps with at most `width` calls at one time; results are in the order of the items. */
export async function limited<Item, Value>(
  items: readonly Item[],
  width: number,
  map: (item: Item) => Promise<Value>,
): Promise<Value[]> {
  const results = new Array<Value>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const n = next++;
      results[n] = await map(items[n]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
