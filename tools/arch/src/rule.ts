import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Exceptions by rule: paths that break it. The list may only shrink: an entry that is no longer needed is an error. */
const exceptions: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(join(__dirname, '../exceptions.json'), 'utf8'),
);

export interface Breach {
  readonly path: string;
  readonly what: string;
}

/** A test that a rule holds everywhere but in its listed exceptions, and that each of those is still one. */
export function rule(name: string, find: () => readonly Breach[]): void {
  test(name, () => {
    const allowed = exceptions[name] ?? [];
    const found = find();
    const broken = found.filter((breach) => !allowed.includes(breach.path));
    const stale = allowed.filter((path) => !found.some((breach) => breach.path === path));
    expect(broken.map((breach) => `${breach.path}: ${breach.what}`)).toEqual([]);
    expect(stale.map((path) => `${path} keeps the rule now: take it out of exceptions.json`)).toEqual([]);
  });
}
