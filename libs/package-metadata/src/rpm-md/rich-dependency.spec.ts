import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { satisfies, type Dependency } from './dependency';
import { isRich, parseRichDependency, partsOfRich, type RichDependency } from './rich-dependency';
import { satisfiesRich } from './satisfy-rich';

const folder = mkdtempSync(join(tmpdir(), 'millrace-rich-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What rpmbuild takes; `unless` only within `or`, `if` never there. */
const accepted = [
  ...['(a)', '(a and b)', '(a or b or c)', '(a and b and c)', '(a if b)', '(a if b else c)', '(a with b)'],
  ...['(a with b with c)', '(a without b)', '((a with b) without c)', '((a or b) with c)', '(a with (b or c))'],
  ...['((a without b) with c)', '(a with (b without c))', '(a without (b or c))', '(a without (b with c))'],
  ...['(a >= 1 and b)', '(a >= 1:2-3 if b < 2)', '(a == 1 or c => 2)', '(virt >= 2 or b)', '((a and b) or c)'],
  ...['((a or b) and c)', '((a if b) and c)', '((a unless b) or c)', '((a unless b else d) or c)', '((a if b) if c)'],
  ...['(a if (b if c))', '(a if (b and c))', '(a if (b or c))', '(a if b else (c if d))', '((a) and b)'],
  ...['(virt without a)', '(virt with a)', '(virt = 1 with b)', '((virt = 1 or virt = 3) with (a or b))'],
];

const refused = [
  ...['(a and b or c)', '(a if b else c else d)', '(a if b if c)', '((a and b) with c)', '(a without b without c)'],
  ...['(a without (b and c))', '()', '(a and)', '(a, b)', '(a,and,b)', '(a >=1 and b)', '(a xor b)', '(a >= and b'],
];

/** a, b, c and d; `virt` is provided by a (version 1), b (1 and 2) and c (3). */
const world: Readonly<Record<string, readonly Dependency[]>> = {
  a: [of('a', '1.0'), of('virt', '1')],
  b: [of('b', '1.0'), of('virt', '1'), of('virt', '2')],
  c: [of('c', '2.0'), of('virt', '3')],
  d: [of('d', '1.0')],
};
const names = Object.keys(world);
const subsets = Array.from({ length: 16 }, (_, bits) => names.filter((_name, n) => (bits >> n) & 1));

function of(name: string, version: string): Dependency {
  return { name, flags: 'EQ', epoch: '0', version };
}

function among(installed: readonly string[]): (dependency: Dependency) => string[] {
  return (dependency) => installed.filter((name) => world[name]!.some((one) => satisfies(one, dependency)));
}

function specOf(dependencies: readonly string[]): string {
  const head = 'Name: world\nVersion: 1.0\nRelease: 1\nSummary: x\nLicense: x\nBuildArch: noarch\n%description\nx\n';
  const part = (name: string, more: string): string =>
    `%package -n ${name}\nSummary: x\n${more}\n%description -n ${name}\nx\n%files -n ${name}\n`;
  const provides = (name: string): string =>
    world[name]!.map((one) => `Provides: ${one.name} = ${one.version}`).join('\n');
  return [
    head,
    ...names.map((name) => part(name, `Version: ${world[name]![0]!.version}\n${provides(name)}`)),
    ...dependencies.map((dependency, n) => part(`t${n}`, `Requires: ${dependency}`)),
  ].join('\n');
}

/** rpm's own answers: for each dependency, whether it holds in each of the sets. Its Python bindings come with dnf. */
function askRpm(dependencies: readonly string[]): string[] {
  const top = join(folder, 'top');
  mkdirSync(top, { recursive: true });
  writeFileSync(join(folder, 'world.spec'), specOf(dependencies));
  const define = ['--define', `_topdir ${top}`, '--define', `_rpmdir ${top}`];
  const env = { ...process.env, HOME: folder };
  execFileSync('rpmbuild', ['-bb', '--quiet', ...define, join(folder, 'world.spec')], { stdio: 'pipe', env });
  const program = `
import json, os, rpm, sys
folder, count, subsets = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
rpm.addMacro('_dbpath', folder + '/db')
ts = rpm.TransactionSet('/', -1)
def header(path):
    with open(path) as f: return ts.hdrFromFdno(f)
headers = {h['name']: h for h in (header(os.path.join(folder, p)) for p in os.listdir(folder) if p.endswith('.rpm'))}
for n in range(count):
    line = ''
    for subset in subsets:
        check = rpm.TransactionSet(folder, -1)
        for name in ['t%d' % n] + subset: check.addInstall(headers[name], name, 'i')
        line += '0' if check.check() else '1'
    print(line)`;
  const rpms = join(top, 'noarch');
  expect(readdirSync(rpms)).toHaveLength(dependencies.length + names.length);
  const args = ['-c', program, rpms, String(dependencies.length), JSON.stringify(subsets)];
  return execFileSync('/usr/bin/python3', args, { encoding: 'utf8', env }).trim().split('\n');
}

describe('a boolean dependency', () => {
  it('holds in a set of packages when rpm says so', () => {
    const expected = askRpm(accepted);
    const actual = accepted.map((text) =>
      subsets.map((set) => Number(satisfiesRich(parseRichDependency(text), among(set)))).join(''),
    );
    expect(accepted.map((text, n) => [text, actual[n]])).toEqual(accepted.map((text, n) => [text, expected[n]]));
  }, 60_000);

  it.each(refused)('%s is refused', (text) => {
    expect(() => parseRichDependency(text)).toThrow(
      expect.objectContaining({ code: 'dependency-syntax', message: expect.stringContaining(text) }),
    );
  });

  it('reads names with parentheses, and versions with an epoch', () => {
    expect(parseRichDependency('(libfoo.so.1()(64bit) or pkgconfig(foo) >= 1:2.0-3)')).toEqual({
      kind: 'or',
      of: [
        { kind: 'simple', dependency: { name: 'libfoo.so.1()(64bit)' } },
        {
          kind: 'simple',
          dependency: { name: 'pkgconfig(foo)', flags: 'GE', epoch: '1', version: '2.0', release: '3' },
        },
      ],
    });
  });

  it('tells what is needed from what is only asked for', () => {
    const { needs, conditions } = partsOfRich(parseRichDependency('((a if b else c) and (d without e))'));
    expect(needs.map((one) => one.name)).toEqual(['a', 'c', 'd']);
    expect(conditions.map((one) => one.name)).toEqual(['b', 'e']);
  });

  it('is known by its parenthesis', () => {
    expect([isRich('(a or b)'), isRich('perl(Foo)')]).toEqual([true, false]);
  });

  it('is refused when it nests without an end', () => {
    expect(() => parseRichDependency('('.repeat(100_000))).toThrow(
      expect.objectContaining({ code: 'dependency-syntax' }),
    );
  });
});

describe('every boolean dependency', () => {
  const simple = fc.constantFrom('a', 'b', 'c', 'd', 'virt', 'virt >= 2');
  const { any } = fc.letrec<{ one: string; any: string }>((tie) => ({
    one: fc.oneof(
      { maxDepth: 3 },
      simple,
      fc.tuple(tie('one'), fc.constantFrom('with', 'without', 'or'), tie('one')).map((all) => `(${all.join(' ')})`),
    ),
    any: fc.oneof(
      { maxDepth: 4 },
      tie('one'),
      fc.tuple(tie('any'), fc.constantFrom('and', 'or', 'if', 'unless'), tie('any')).map((all) => `(${all.join(' ')})`),
      fc
        .tuple(tie('any'), fc.constantFrom('if', 'unless'), tie('any'), fc.constant('else'), tie('any'))
        .map((all) => `(${all.join(' ')})`),
    ),
  }));

  it('holds when its table of truth says so', () => {
    fc.assert(
      fc.property(any, fc.constantFrom(...subsets), (text, set) => {
        const rich = parseRichDependency(`(${text})`);
        expect(satisfiesRich(rich, among(set))).toBe(truth(rich, set));
      }),
      { numRuns: 2000 },
    );
  });
});

/** A slow reading by bits: one bit for each package, and for each set. */
function truth(rich: RichDependency, set: readonly string[]): boolean {
  const bits = (of: RichDependency): number => {
    switch (of.kind) {
      case 'simple':
        return among(set)(of.dependency).reduce((sum, name) => sum | (1 << names.indexOf(name)), 0);
      case 'or':
        return of.of.reduce((sum, one) => sum | bits(one), 0);
      case 'with':
        return of.of.reduce((sum, one) => sum & bits(one), 15);
      case 'without':
        return bits(of.wanted) & ~bits(of.unwanted);
      default:
        throw new Error(of.kind);
    }
  };
  const otherwise = (of: RichDependency | null, empty: boolean): boolean => (of ? truth(of, set) : empty);
  switch (rich.kind) {
    case 'and':
      return !rich.of.some((one) => !truth(one, set));
    case 'or':
      return !rich.of.every((one) => !truth(one, set));
    case 'if':
      return truth(rich.condition, set) ? truth(rich.then, set) : otherwise(rich.otherwise, true);
    case 'unless':
      return truth(rich.condition, set) ? otherwise(rich.otherwise, false) : truth(rich.then, set);
    default:
      return bits(rich) !== 0;
  }
}
