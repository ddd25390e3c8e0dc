/** Names of what `apps/ci-bridge/dist/seed.js` seeds; `apps/ci-bridge/src/store/seed.spec.ts` holds both together. */
export function seededItem(number: number): string {
  return `component${number % 5000}-1.${Math.floor(number / 5000)}-1.fc45`;
}

/** The test cases that an item's results are of. */
export function testcasesOf(
  size: { readonly results: number; readonly items: number; readonly testcases: number },
  item: number,
): readonly string[] {
  const each = Math.max(1, Math.floor(size.results / size.items));
  return Array.from({ length: each }, (_, n) => `seed.suite-${(item * each + n) % size.testcases}.functional`);
}
