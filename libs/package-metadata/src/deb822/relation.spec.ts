import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { RelationParser, relationText, type DebDependencies, type DebRelation } from './relation';
import { appliesTo, architectureIs, dependenciesIn } from './restrict';
import { satisfiesRelation, type DebOffer } from './satisfy';

const parse = (field: string): DebDependencies => new RelationParser().parse(field);
const one = (field: string): DebRelation => parse(field)[0]![0]!;
const text = (all: DebDependencies): string => all.map((some) => some.map(relationText).join(' | ')).join(', ');

const name = fc.constantFrom('gcc', 'libc6', 'g++-12', 'python3', 'a.b', 'x11proto-dev');
const words = fc.array(fc.record({ name: fc.constantFrom('amd64', 'linux-any', 'nocheck'), negated: fc.boolean() }), {
  minLength: 1,
  maxLength: 3,
});
const relation: fc.Arbitrary<DebRelation> = fc
  .record(
    {
      name,
      qualifier: fc.constantFrom('any', 'native', 'arm64'),
      range: fc.record({
        operator: fc.constantFrom('<<' as const, '<=' as const, '=' as const, '>=' as const, '>>' as const),
        version: fc.constantFrom('1', '2:1.0~rc1-3', '0'),
      }),
      architectures: words,
      profiles: fc.array(words, { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: ['name'] },
  )
  .map(({ range, ...rest }) => ({ ...rest, ...range }));
const dependencies = fc.array(fc.array(relation, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 });

describe('a dependency field', () => {
  it('gives back what was written', () => {
    fc.assert(fc.property(dependencies, (all) => expect(parse(text(all))).toEqual(all)));
  });

  it('is the same as text and as bytes, and a clause that was seen before is the same object', () => {
    fc.assert(
      fc.property(dependencies, fc.constantFrom('', ' ', '\n  ', ',', ', ,'), (all, around) => {
        const parser = new RelationParser();
        const field = `${around}${text(all)}${around}`;
        const bytes = Buffer.from(`Depends:${field}\nDescription: x`);
        const read = (): DebDependencies => parser.parseBytes(bytes, 8, 8 + Buffer.byteLength(field));
        const first = read();
        expect(first).toEqual(parser.parse(field));
        read().forEach((clause, n) => expect(clause).toBe(first[n]));
        parser.parse(field).forEach((clause, n) => expect(clause).toBe(parser.parse(field)[n]));
      }),
    );
  });

  it('reads everything that can stand behind a name', () => {
    expect(parse('debhelper-compat (= 13), gcc:native(>=12)[amd64 !i386]<!stage1 cross><nocheck>|clang')).toEqual([
      [{ name: 'debhelper-compat', operator: '=', version: '13' }],
      [
        {
          ...{ name: 'gcc', qualifier: 'native', operator: '>=', version: '12' },
          architectures: [
            { name: 'amd64', negated: false },
            { name: 'i386', negated: true },
          ],
          profiles: [
            [
              { name: 'stage1', negated: true },
              { name: 'cross', negated: false },
            ],
            [{ name: 'nocheck', negated: false }],
          ],
        },
        { name: 'clang' },
      ],
    ]);
  });

  it('may be folded, and end with a comma', () => {
    expect(text(parse('\n a (>= 1),\n b\n  | c,\n'))).toBe('a (>= 1), b | c');
    expect(parse('')).toEqual([]);
  });

  it('reads the operators of old packages as dpkg does', () => {
    expect([one('a (< 1)').operator, one('a (> 1)').operator]).toEqual(['<=', '>=']);
  });

  it('shares clauses that are the same', () => {
    const [a, b] = parse('libc6 (>= 2.34), libc6 (>= 2.34)');
    expect(a).toBe(b);
  });

  it.each([
    ['a (>= 1', "has no ')'"],
    ['a (1)', 'operator'],
    ['a (>=)', 'version'],
    ['a (=> 1)', 'operator'],
    ['a [amd64', "no ']'"],
    ['a []', "nothing before ']'"],
    ['a <!x', "no '>'"],
    ['a b', 'not understood'],
    ['a | ', 'package name'],
    ['| a', 'package name'],
    ['${shlibs:Depends}', 'package name'],
    ['a:', "behind ':'"],
    ['a (>= ${v})', 'version'],
  ])('%j is refused', (field, why) => {
    expect(() => parse(field)).toThrow(why);
  });

  it('ends, and fails only with an error, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab1 (<>=)[]!|,:~\n$') }), (field) => {
        try {
          expect(parse(text(parse(field)))).toEqual(parse(field));
        } catch (thrown) {
          expect((thrown as Error).message).toMatch(/^the dependency '/);
        }
      }),
    );
  });
});

describe('what counts where', () => {
  it.each([
    ['a [amd64]', 'amd64', [], true],
    ['a [amd64]', 'arm64', [], false],
    ['a [!amd64]', 'amd64', [], false],
    ['a [!amd64]', 'arm64', [], true],
    ['a [!hurd-any !kfreebsd-any]', 'hurd-i386', [], false],
    ['a [linux-any]', 'armhf', [], true],
    ['a [any-arm]', 'armhf', [], true],
    ['a [any-amd64]', 'kfreebsd-amd64', [], true],
    ['a <!nocheck>', 'amd64', [], true],
    ['a <!nocheck>', 'amd64', ['nocheck'], false],
    ['a <stage1> <!nodoc !cross>', 'amd64', [], true],
    ['a <stage1> <!nodoc !cross>', 'amd64', ['cross'], false],
    ['a <stage1> <!nodoc !cross>', 'amd64', ['cross', 'stage1'], true],
  ])('%s on %s with profiles %j: %s', (field, architecture, profiles, expected) => {
    expect(appliesTo(one(field), { architecture, profiles: new Set(profiles) })).toBe(expected);
  });

  it('leaves out alternatives that do not count, and clauses of which none does', () => {
    const context = { architecture: 'amd64', profiles: new Set(['nodoc']) };
    expect(text(dependenciesIn(parse('a [i386] | b, c <!nodoc>, d'), context))).toBe('b, d');
  });

  (existsSync('/usr/share/perl5/Dpkg/Arch.pm') ? it : it.skip)('knows wildcards as dpkg does', () => {
    const architectures = ['amd64', 'armhf', 'armel', 'x32', 'mips64el', 'mipsn32', 'kfreebsd-amd64', 'hurd-i386'];
    const more = ['musl-linux-armhf', 'uclibc-linux-armel', 'uclinux-armel', 'freebsd-amd64', 'solaris-sparc', 'arm64'];
    const fours = ['eabihf-any-any-arm', 'any-gnu-linux-any', 'base-any-any-any', 'gnu-any-any', 'gnu-linux-any'];
    const patterns = [
      'any',
      'linux-any',
      'any-amd64',
      'any-arm',
      'any-mips64',
      'musl-any-any',
      'musl-linux-any',
      'any-i386',
    ];
    const pairs = [...architectures, ...more].flatMap((a) =>
      [...patterns, ...fours, 'amd64', 'bsd-any-any'].map((p) => [a, p]),
    );
    const loop = 'while (<>) { chomp; my ($a, $b) = split / /; print((debarch_is($a, $b) ? 1 : 0) . "\\n") }';
    const input = pairs.map((pair) => `${pair.join(' ')}\n`).join('');
    const out = execFileSync('perl', ['-MDpkg::Arch=debarch_is', '-e', loop], { input, encoding: 'utf8' });
    const expected = out.trim().split('\n');
    expect(expected).toHaveLength(pairs.length);
    expect(pairs.filter(([a, p], n) => architectureIs(a!, p!) !== (expected[n] === '1'))).toEqual([]);
  });
});

describe('what satisfies a relation', () => {
  const offer = (more: Partial<DebOffer> = {}): DebOffer => ({
    ...{ name: 'perl', version: '5.36.0-7', architecture: 'amd64', multiArch: 'no' },
    ...more,
  });

  it.each([
    [offer(), 'perl', true],
    [offer(), 'python3', false],
    [offer(), 'perl (>= 5.36)', true],
    [offer(), 'perl (<< 5.36)', false],
    [offer(), 'perl (= 5.36.0-7)', true],
    [offer(), 'perl (>> 5.36.0-7)', false],
    [offer({ version: null }), 'perl', true],
    [offer({ version: null }), 'perl (>= 1)', false],
    [offer({ architecture: 'all' }), 'perl', true],
    [offer({ architecture: 'arm64' }), 'perl', false],
    [offer({ architecture: 'arm64', multiArch: 'foreign' }), 'perl', true],
    [offer(), 'perl:any', false],
    [offer({ multiArch: 'allowed' }), 'perl:any', true],
    [offer(), 'perl:native', true],
    [offer({ architecture: 'arm64' }), 'perl:arm64', true],
  ])('%j for %s: %s', (offered, field, expected) => {
    expect(satisfiesRelation(offered, one(field), 'amd64')).toBe(expected);
  });
});
