import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { compareEvr, compareVersions, parseEvr } from './evr';

const folder = mkdtempSync(join(tmpdir(), 'millrace-evr-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the machine's own rpm says of each pair, all in one process. */
function askRpm(pairs: readonly (readonly [string, string])[]): number[] {
  const file = join(folder, 'pairs.txt');
  writeFileSync(file, pairs.map(([a, b]) => `${a}|${b}\n`).join(''));
  const lua = `for l in io.lines("${file}") do local a, b = l:match("^(.-)|(.*)$"); print(rpm.vercmp(a, b) .. ";") end`;
  const out = execFileSync('rpm', ['--eval', `%{lua: ${lua}}`], { encoding: 'utf8', maxBuffer: 1 << 26 });
  return out.trim().split(';').slice(0, -1).map(Number);
}

const version = fc
  .array(fc.constantFrom('0', '1', '2', '9', '00', '10', '101', 'a', 'b', 'Z', 'rc', 'git', '.', '_', '+', '~', '^'), {
    minLength: 1,
    maxLength: 8,
  })
  .map((parts) => parts.join(''));

/** Far ones, and ones that differ in one place only, which is where the rules meet. */
function hostilePairs(): (readonly [string, string])[] {
  const far = fc.sample(fc.tuple(version, version), { numRuns: 30_000, seed: 20260101 });
  const near = fc.tuple(version, version, fc.nat(20), fc.nat(2)).map(([a, b, at, cut]): [string, string] => {
    const place = at % (a.length + 1);
    return [a, a.slice(0, place) + b.slice(0, 2) + a.slice(place + cut)];
  });
  return [...far, ...fc.sample(near, { numRuns: 75_000, seed: 20260102 })];
}

describe('comparing versions', () => {
  it('agrees with rpm itself on more than a hundred thousand hostile pairs', () => {
    const pairs = hostilePairs();
    const expected = askRpm(pairs);
    const wrong = pairs.filter(([a, b], n) => compareVersions(a, b) !== expected[n]);
    expect(pairs.length).toBeGreaterThanOrEqual(100_000);
    expect(expected).toHaveLength(pairs.length);
    expect(wrong).toEqual([]);
    expect(new Set(expected)).toEqual(new Set([-1, 0, 1]));
  }, 120_000);

  it('is antisymmetric', () => {
    fc.assert(fc.property(version, version, (a, b) => compareVersions(a, b) === -compareVersions(b, a) || a === b));
  });

  it.each([
    ['1.0', '1.0', 0],
    ['1.0', '2.0', -1],
    ['2.0.1a', '2.0.1', 1],
    ['1.0~rc1', '1.0', -1],
    ['1.0^git1', '1.0', 1],
    ['1.0^git1', '1.0.1', -1],
    ['1.05', '1.5', 0],
    ['fc4', 'fc.4', 0],
    ['10xyz', '10.1xyz', -1],
  ])('%s against %s is %i', (a, b, order) => {
    expect(compareVersions(a, b)).toBe(order);
  });
});

describe('epoch, version, release', () => {
  it('lets the epoch win', () => {
    expect(compareEvr(parseEvr('1:1.0-1'), parseEvr('2.0-1'))).toBe(1);
  });

  it('counts a missing epoch as 0 and a missing release as equal', () => {
    expect(compareEvr(parseEvr('0:1.0-1'), parseEvr('1.0-1'))).toBe(0);
    expect(compareEvr(parseEvr('1.0'), parseEvr('1.0-7'))).toBe(0);
  });

  it('reads its parts', () => {
    expect(parseEvr('3:1.2~rc1-4.mr7')).toEqual({ epoch: '3', version: '1.2~rc1', release: '4.mr7' });
    expect(parseEvr('1.2')).toEqual({ version: '1.2' });
  });
});
