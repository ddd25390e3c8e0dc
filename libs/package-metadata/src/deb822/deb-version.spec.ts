import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { compareDebVersions, isDebVersion } from './deb-version';

const folder = mkdtempSync(join(tmpdir(), 'millrace-deb-version-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hasDpkg = existsSync('/usr/bin/dpkg');
const hasDpkgPerl = existsSync('/usr/share/perl5/Dpkg/Version.pm');

const parts = ['0', '1', '2', '9', '00', '10', '101', 'a', 'b', 'Z', 'rc', 'dfsg', '.', '+', '~', '~~', '-'];
const tail = fc.array(fc.constantFrom(...parts), { maxLength: 7 }).map((all) => all.join(''));
const version = fc
  .tuple(fc.constantFrom('', '', '', '0:', '1:', '12:'), fc.constantFrom('0', '1', '2', '10', '01'), tail)
  .map((all) => all.join(''))
  .filter(isDebVersion);

function pairsFile(pairs: readonly (readonly [string, string])[]): string {
  const file = join(folder, `pairs-${pairs.length}.txt`);
  writeFileSync(file, pairs.map(([a, b]) => `${a} ${b}\n`).join(''));
  return file;
}

function numbers(output: string): number[] {
  return output.trim().split('\n').map(Number);
}

/** dpkg's own answers. */
function askDpkg(pairs: readonly (readonly [string, string])[]): number[] {
  const loop = `while read -r a b; do
    if dpkg --compare-versions "$a" lt "$b"; then echo -1; elif dpkg --compare-versions "$a" eq "$b"; then echo 0; else echo 1; fi
  done`;
  return numbers(execFileSync('sh', ['-c', loop], { input: readFileSync(pairsFile(pairs)), encoding: 'utf8' }));
}

/** The answers of dpkg's Perl library, all in one process. */
function askDpkgPerl(pairs: readonly (readonly [string, string])[]): number[] {
  const loop = 'while (<>) { chomp; my ($a, $b) = split / /; print version_compare($a, $b) . "\\n" }';
  const args = ['-MDpkg::Version', '-e', loop, pairsFile(pairs)];
  return numbers(execFileSync('perl', args, { encoding: 'utf8', maxBuffer: 1 << 26 }));
}

function disagreements(pairs: readonly (readonly [string, string])[], expected: readonly number[]): unknown[] {
  expect(expected).toHaveLength(pairs.length);
  return pairs.filter(([a, b], n) => compareDebVersions(a, b) !== expected[n]);
}

describe('comparing Debian versions', () => {
  it("agrees with dpkg's answers of old", () => {
    const lines = readFileSync(join(__dirname, 'fixtures/version-order.txt'), 'utf8').trim().split('\n');
    const orders = lines.map((line) => line.split(' ') as [string, string, string]);
    const sign = { lt: -1, eq: 0, gt: 1 } as Record<string, number>;
    expect(orders.length).toBeGreaterThan(500);
    expect(orders.filter(([a, order, b]) => compareDebVersions(a, b) !== sign[order])).toEqual([]);
  });

  (hasDpkg ? it : it.skip)(
    'agrees with the dpkg of this machine on two thousand hostile pairs',
    () => {
      const pairs = fc.sample(fc.tuple(version, version), { numRuns: 2000, seed: 20260102 });
      expect(disagreements(pairs, askDpkg(pairs))).toEqual([]);
    },
    120_000,
  );

  (hasDpkgPerl ? it : it.skip)("agrees with dpkg's Perl library on fifty thousand", () => {
    const pairs = fc.sample(fc.tuple(version, version), { numRuns: 50_000, seed: 20260103 });
    expect(disagreements(pairs, askDpkgPerl(pairs))).toEqual([]);
  });

  it('is an order', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(compareDebVersions(a, b) + compareDebVersions(b, a)).toBe(0);
        if (compareDebVersions(a, b) <= 0 && compareDebVersions(b, c) <= 0) {
          expect(compareDebVersions(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });

  it.each([
    ['1.0', '1.0-0', 0],
    ['1.0~rc1-1', '1.0-1', -1],
    ['1:0.1', '9.9', 1],
    ['0:1.0', '1.0', 0],
    ['1.0+b1', '1.0', 1],
    ['1.0a', '1.0+', -1],
    ['1.10', '1.9', 1],
    ['1.0-1~bpo12+1', '1.0-1', -1],
    ['1.000000000000000000000000001', '1.1', 0],
    ['2-1-1', '2-1', 1],
  ])('%s against %s is %i', (a, b, order) => {
    expect(compareDebVersions(a, b)).toBe(order);
  });

  it.each(['a1', '', '1:', 'x:1', '1_0', '1-', '99999999999:1', '1 0'])('%j is no version', (text) => {
    expect(isDebVersion(text)).toBe(false);
  });
});
