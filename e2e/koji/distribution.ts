import type { Part } from '@millrace/koji/fake';

/** How many components there are, in five tiers. */
export const count = 30;

function nameOf(n: number): string {
  return `part${String(n).padStart(2, '0')}`;
}

function needsOf(n: number): readonly number[] {
  if (n === 1) return [];
  if (n <= 6) return [1];
  if (n <= 14) return [2 + (n % 5), 2 + ((n + 2) % 5)];
  if (n <= 24) return [7 + (n % 8)];
  return [15 + (n % 10), 15 + ((n + 3) % 10)];
}

export const parts: readonly Part[] = Array.from({ length: count }, (_, n) => ({
  name: nameOf(n + 1),
  needs: needsOf(n + 1).map(nameOf),
}));

/** Fails until somebody builds it by hand. */
export const brokenForHand = 'part09';
/** Fail until a commit mends them. */
export const brokenForCommit = ['part17', 'part26'] as const;

/** A module of two parts, and a container with the last one: one plan over all. */
export const moduleParts = ['part02', 'part03'] as const;
export const boxed = 'part30';

export const modulemd = [
  ...['document: modulemd', 'version: 2', 'data:', '  name: parts', "  stream: '1'"],
  ...['  summary: Two parts', '  description: Two parts.', '  license: { module: [Apache-2.0] }'],
  ...['  dependencies:', '    - buildrequires: { platform: [] }', '      requires: { platform: [] }'],
  ...['  components:', '    rpms:'],
  ...moduleParts.map((name) => `      ${name}: { rationale: A part., ref: main }`),
  '',
].join('\n');

export const containerfile = ['FROM platform', `RUN dnf install -y ${boxed}`, ''].join('\n');

export function isBroken(name: string): boolean {
  return name === brokenForHand || brokenForCommit.some((one) => one === name);
}
