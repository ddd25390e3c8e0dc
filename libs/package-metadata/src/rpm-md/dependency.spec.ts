import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { dependencyText, satisfies, type Dependency, type DependencyFlag } from './dependency';

const folder = mkdtempSync(join(tmpdir(), 'millrace-dependency-'));
afterAll(() => rmSync(folder, { recursive: true }));

function dep(name: string, flags?: DependencyFlag, version?: string, release?: string, epoch?: string): Dependency {
  return { name, flags, version, release, epoch };
}

const entry = fc
  .record({
    flags: fc.constantFrom<DependencyFlag>('EQ', 'LT', 'GT', 'LE', 'GE'),
    epoch: fc.constantFrom(undefined, '0', '1'),
    version: fc.constantFrom('1', '1.0', '1.1', '2', '2~rc'),
    release: fc.constantFrom(undefined, '1', '2', '1.mr3'),
  })
  .map((e): Dependency => ({ name: 'x', ...e }));

/** rpm's own answer; its Python bindings come with dnf. */
function askRpm(pairs: readonly (readonly [Dependency, Dependency])[]): boolean[] {
  const file = join(folder, 'pairs.json');
  writeFileSync(file, JSON.stringify(pairs.map((pair) => pair.map(plain))));
  const program = `
import json, rpm, sys
F = {'EQ': rpm.RPMSENSE_EQUAL, 'LT': rpm.RPMSENSE_LESS, 'GT': rpm.RPMSENSE_GREATER}
F['LE'] = F['LT'] | F['EQ']; F['GE'] = F['GT'] | F['EQ']
def ds(e): return rpm.ds((e['name'], F[e['flags']], e['evr']), rpm.RPMTAG_PROVIDENAME)
for a, b in json.load(open(sys.argv[1])): print(int(bool(ds(a).Compare(ds(b)))))`;
  const out = execFileSync('/usr/bin/python3', ['-c', program, file], { encoding: 'utf8' });
  return out
    .trim()
    .split('\n')
    .map((line) => line === '1');
}

function plain(e: Dependency): object {
  const evr = `${e.epoch === undefined ? '' : `${e.epoch}:`}${e.version}${e.release === undefined ? '' : `-${e.release}`}`;
  return { name: e.name, flags: e.flags, evr };
}

describe('what satisfies a requirement', () => {
  it.each([
    [dep('a'), dep('b'), false],
    [dep('a'), dep('a'), true],
    [dep('a'), dep('a', 'GE', '2'), true],
    [dep('a', 'EQ', '1.0', '1'), dep('a'), true],
    [dep('a', 'EQ', '1.0', '1'), dep('a', 'EQ', '1.0'), true],
    [dep('a', 'EQ', '1.0', '1'), dep('a', 'EQ', '1.0', '2'), false],
    [dep('a', 'EQ', '1.0', '1'), dep('a', 'GT', '1.0'), false],
    [dep('a', 'EQ', '1.1', '1'), dep('a', 'GT', '1.0'), true],
    [dep('a', 'EQ', '1.1', '1'), dep('a', 'LT', '1.0'), false],
    [dep('a', 'EQ', '1.0~rc1'), dep('a', 'LT', '1.0'), true],
    [dep('a', 'EQ', '1.0', '1', '1'), dep('a', 'LT', '2.0'), false],
  ])('%j for %j: %s', (provided, required, expected) => {
    expect(satisfies(provided, required)).toBe(expected);
  });

  it('agrees with rpm itself on thousands of ranges', () => {
    const pairs = fc.sample(fc.tuple(entry, entry), { numRuns: 3000, seed: 7 });
    const expected = askRpm(pairs);
    expect(expected).toHaveLength(pairs.length);
    expect(pairs.filter(([a, b], n) => satisfies(a, b) !== expected[n])).toEqual([]);
  });
});

describe('the text of a dependency', () => {
  it('is what a spec file says', () => {
    expect(dependencyText(dep('a'))).toBe('a');
    expect(dependencyText(dep('a', 'GE', '1.0', '2', '1'))).toBe('a >= 1:1.0-2');
  });
});
