/** Names in order, and where each number went. */
export function sortedNames(numbers: ReadonlyMap<string, number>): {
  readonly names: string[];
  readonly order: readonly number[];
  readonly place: Int32Array;
} {
  // Without a function to compare them texts are sorted as `<` has them, and sooner.
  const names = [...numbers.keys()].sort();
  const order = names.map((name) => numbers.get(name)!);
  const place = new Int32Array(names.length);
  order.forEach((n, at) => (place[n] = at));
  return { names, order, place };
}
