import * as fc from 'fast-check';
import type { z } from 'zod';
import { durationMs, globMatches } from './definition-words';
import { nvrStrategyOf, unbuiltRuleOf } from './new-nvrs';
import { ownersOf, policyOf, releaseDefinition } from './release-definition';

const least: z.input<typeof releaseDefinition> = {
  release: 'minidistro',
  title: 'The example distribution',
  product_version: 'minidistro-1',
  build_systems: { rpm: 'local-rpm' },
  sources: { rpm: { git: 'file:///srv/dist-git/rpms' } },
  gates: [],
  people: { ada: { mail: 'ada@example.org' }, bob: { mail: 'bob@example.org' } },
  owners: [],
  releng: ['ada'],
};
type Issue = readonly [path: string, message: string];

function issuesOf(definition: unknown): Issue[] {
  const parsed = releaseDefinition.safeParse(definition);
  return (parsed.error?.issues ?? []).map((issue) => [issue.path.join('.'), issue.message]);
}

describe('a release definition', () => {
  it('is careful by default: it observes, lands nothing by itself and builds little at a time', () => {
    expect(releaseDefinition.parse(least)).toMatchObject({
      mode: 'observe',
      landing: 'manual',
      scope: 'capability',
      pace: 'flow',
      knots: 'once',
      capacity: 2,
      embedding: ['*-static'],
      tools: [],
      triggers: { lull: '0s' },
      stacks: {},
      components: [],
      sources: { rpm: { branch: 'main' } },
    });
  });

  it('takes a gate that names policies of files in the place of rules, and none that has neither', () => {
    const named = { id: 'fedora', policies: ['stable'], waivers: { two_persons: true, longest: '14d' } };
    const { gates } = releaseDefinition.parse({ ...least, gates: [named] });
    expect(gates[0]).toMatchObject({ rules: [], policies: ['stable'], waivers: { ticket: false, longest: '14d' } });
    expect(issuesOf({ ...least, gates: [{ id: 'none' }] }).map(([path]) => path)).toEqual(['gates.0.rules']);
    expect(issuesOf({ ...least, gates: [{ ...named, when_no_tests: 'never' }] })).toHaveLength(1);
  });

  it('says how a rebuild gets an NVR, per release and component; the first policy that says so decides', () => {
    const definition = releaseDefinition.parse({
      ...least,
      nvr: 'commit',
      components: [
        { match: ['rpm/*'], reason: 'all', priority: 1 },
        { match: ['rpm/kernel'], nvr: 'dist', reason: 'it is bumped by its own tool' },
        { match: ['rpm/k*'], nvr: 'none', reason: 'kept' },
      ],
    });
    const of = (component: string) => nvrStrategyOf(definition, component);
    expect(['rpm/libstone', 'rpm/kernel', 'rpm/kmod'].map(of)).toEqual(['commit', 'dist', 'none']);
    expect(nvrStrategyOf(releaseDefinition.parse(least), 'rpm/libstone')).toBe('none');
    expect(issuesOf({ ...least, nvr: 'bump' }).map(([path]) => path)).toEqual(['nvr']);
    expect(issuesOf({ ...least, dist: 'fc43' })).toEqual([['dist', 'is no dist, e.g. .fc43']]);
  });

  it('takes commits that were never built along from a head, and asks where the last build counts', () => {
    expect(unbuiltRuleOf(releaseDefinition.parse(least))).toBe('take');
    expect(unbuiltRuleOf(releaseDefinition.parse({ ...least, source: 'last-built' }))).toBe('ask');
    expect(unbuiltRuleOf(releaseDefinition.parse({ ...least, source: 'last-built', unbuilt: 'take' }))).toBe('take');
  });

  it('asks where pull requests go', () => {
    const rpm = { git: 'https://src.example/rpms', push: 'pull-request' } as const;
    expect(issuesOf({ ...least, sources: { rpm } }).map(([path]) => path)).toEqual([
      'sources.rpm.forge',
      'sources.rpm.project',
    ]);
    const whole = { ...rpm, forge: 'fedora', project: 'rpms/{name}' };
    expect(releaseDefinition.parse({ ...least, sources: { rpm: whole } }).sources.rpm).toMatchObject(whole);
  });

  it('gives a gate and a compose their defaults', () => {
    const { gates, compose } = releaseDefinition.parse({
      ...least,
      gates: [{ id: 'rpms', rules: [{ test: 'millrace.install.functional' }] }],
      compose: { short: 'Minidistro', version: '1' },
    });
    expect(gates[0]).toMatchObject({
      decision_context: 'millrace_rebuild',
      subject_types: ['koji_build'],
      packages: ['*'],
      excluded_packages: [],
      rules: [{ deadline: '2h' }],
    });
    expect(compose).toMatchObject({ automatic: false, type: 'nightly', variant: 'Everything' });
  });

  it('stays what it is when it is read again', () => {
    const once = releaseDefinition.parse(least);
    expect(releaseDefinition.parse(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });

  it.each<[string, object, string]>([
    ['a typo in a key', { capcity: 3 }, ''],
    ['a typo in a nested key', { gates: [{ id: 'x', rules: [], packges: ['*'] }] }, 'gates.0'],
    ['a name that is none', { release: '../etc' }, 'release'],
    ['a build system that does not exist', { build_systems: { rpm: 'Not A Name' } }, 'build_systems.rpm'],
    ['a duration without a unit', { triggers: { lull: '30' } }, 'triggers.lull'],
    ['a duration of ages', { triggers: { lull: '99999999999d' } }, 'triggers.lull'],
    ['a component id that is none', { stacks: { web: ['httpd'] } }, 'stacks.web.0'],
    ['a mail address that is none', { people: { ada: { mail: 'ada' } } }, 'people.ada.mail'],
    ['a policy without its reason', { components: [{ match: ['*'], policy: 'never' }] }, 'components.0.reason'],
    ['an owner whom nobody knows', { owners: [{ components: ['*'], people: ['ada', 'eve'] }] }, 'owners.0.people.1'],
    ['a release engineer whom nobody knows', { releng: ['ada', 'constructor'] }, 'releng.1'],
    ['nobody to turn to', { releng: [] }, 'releng'],
    ['no room to build', { capacity: 0 }, 'capacity'],
  ])('refuses %s, and names the place', (_, change, path) => {
    expect(issuesOf({ ...least, ...change }).map(([at]) => at)).toContain(path);
  });

  it('names every wrong place at once', () => {
    const places = issuesOf({ ...least, mode: 'x', pace: 'y', landing: 'z' }).map(([at]) => at);
    expect(places.sort()).toEqual(['landing', 'mode', 'pace']);
  });
});

describe('owners and policies', () => {
  const definition = releaseDefinition.parse({
    ...least,
    owners: [
      { components: ['rpm/lib*', 'module/*'], people: ['ada', 'bob'] },
      { components: ['rpm/libmill'], people: ['bob'] },
    ],
    components: [
      { match: ['rpm/libmill'], policy: 'manual', reason: 'by hand' },
      { match: ['rpm/lib*'], policy: 'never', reason: 'frozen' },
    ],
  });

  it('are found by glob on the whole id: each person once, nobody for what nobody owns', () => {
    expect(ownersOf(definition, 'rpm/libmill')).toEqual(['ada', 'bob']);
    expect(ownersOf(definition, 'module/perl:5.28')).toEqual(['ada', 'bob']);
    expect(ownersOf(definition, 'rpm/mill')).toEqual([]);
    expect(ownersOf(definition, 'container/rpm/libmill')).toEqual([]);
  });

  it('are decided by the first policy that matches', () => {
    expect(policyOf(definition, 'rpm/libmill')?.policy).toBe('manual');
    expect(policyOf(definition, 'rpm/libstone')?.policy).toBe('never');
    expect(policyOf(definition, 'rpm/mill')).toBeNull();
  });
});

describe('globs', () => {
  it.each([
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['rpm/*', 'rpm/openssl', true],
    ['rpm/*', 'xrpm/openssl', false],
    ['*-static', 'glibc-static', true],
    ['*-static', 'glibc-static-devel', false],
    ['python3.?', 'python3.9', true],
    ['python3.?', 'python3x9', false],
    ['lib+(c)*', 'lib+(c)xx', true],
    ['[ab]', 'a', false],
    ['a|b', 'a', false],
    ['**a**', 'bab', true],
    ['*ab*ab', 'xabyab', true],
    ['*ab*ab', 'xab', false],
    ['*\n?', 'two\nx', true],
    ['$', '$', true],
    ['\\*', 'x', false],
  ])('%j and %j: %s', (pattern, text, matches) => {
    expect(globMatches(pattern, text)).toBe(matches);
  });

  const chars = fc.constantFrom('a', 'b', '.', '+', '(', '[', '\\', '^', '$', '/', '\n', '-');
  const plain = fc.string({ unit: chars, maxLength: 12 });
  /** What a glob means, said as plainly as can be. */
  const matches = (pattern: string, text: string): boolean => {
    if (pattern === '') return text === '';
    if (pattern[0] === '*') return matches(pattern.slice(1), text) || (text !== '' && matches(pattern, text.slice(1)));
    return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && matches(pattern.slice(1), text.slice(1));
  };

  it('mean nothing but themselves, `*` and `?`', () => {
    const pattern = fc.string({ unit: fc.oneof(chars, fc.constantFrom('*', '?')), maxLength: 8 });
    fc.assert(fc.property(pattern, plain, (p, text) => globMatches(p, text) === matches(p, text)));
    fc.assert(fc.property(plain, plain, (p, text) => globMatches(p, text) === (p === text)));
  });

  it('match what they were made from', () => {
    fc.assert(fc.property(plain, plain, plain, (a, b, c) => globMatches(`${a}*${c}`, `${a}${b}${c}`)));
  });

  it('cannot be made to take for ever', () => {
    // As a regular expression this one would not come back.
    expect(globMatches(`${'*a'.repeat(99)}*b`, 'a'.repeat(100_000))).toBe(false);
  });
});

describe('durations', () => {
  it.each([
    ['0s', 0],
    ['250ms', 250],
    ['30s', 30_000],
    ['2m', 120_000],
    ['3h', 10_800_000],
    ['7d', 604_800_000],
  ])('%s is %i milliseconds', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each(['', 's', '5', '5 s', '-5s', '5.5s', '5w', '5s5m', 'x'.repeat(1000)])('%j is none', (text) => {
    expect(() => durationMs(text)).toThrow(expect.objectContaining({ code: 'duration-malformed' }) as Error);
  });
});

describe('freezes and rules', () => {
  const day = { from: '2026-12-24T00:00:00Z', until: '2026-12-27T00:00:00+01:00', reason: 'holidays' };
  const parsed = (more: object) => releaseDefinition.safeParse({ ...least, ...more });

  it('are taken with their defaults', () => {
    const { data } = parsed({
      freezes: [{ name: 'xmas', ...day }],
      triggers: { rules: [{ kinds: ['build'], outcome: 'approve', reason: 'a person looks first' }] },
    });
    expect(data?.freezes).toEqual([{ name: 'xmas', ...day, components: ['*'], what: 'changes', security: 'wait' }]);
    expect(data?.triggers).toMatchObject({ lull: '0s', rules: [{ kinds: ['build'], outcome: 'approve' }] });
  });

  it.each([
    [{ freezes: [{ name: 'xmas', ...day, until: day.from }] }, ['freezes', 0, 'until']],
    [{ freezes: [{ name: 'xmas', ...day, from: 'tomorrow' }] }, ['freezes', 0, 'from']],
    [{ triggers: { rules: [{ outcome: 'start' }] } }, ['triggers', 'rules', 0, 'reason']],
    [{ triggers: { rules: [{ outcome: 'maybe', reason: 'x' }] } }, ['triggers', 'rules', 0, 'outcome']],
    [{ triggers: { concurrent: 'never' } }, ['triggers', 'concurrent']],
  ])('%j is refused at its place', (more, path) => {
    expect(parsed(more).error?.issues.map((issue) => issue.path)).toContainEqual(path);
  });
});
