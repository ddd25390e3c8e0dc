import { readPolicies, readRemotePolicies, shippedSubjectTypes } from '@millrace/gate-policy';
import { later } from '@millrace/kernel';
import fc from 'fast-check';
import { emptyCatalogue } from './catalogue';
import { replay } from './decision';
import type { Input } from './input';
import { at, Bridge, defined, nvr, release, result, wanted } from './test-bridge';

const install = 'ci.install.functional';
const run = 'ci.run.functional';

function gate(changes: object = {}, of: object = {}): Bridge {
  const definition = release([{ id: 'rpms', rules: [{ test: install, deadline: '10m', ...changes }], ...of }]);
  return new Bridge().take(defined(definition), wanted());
}

describe('what a CI could not run', () => {
  const error = (n: number): Input =>
    result({
      outcome: 'ERROR',
      when: `2026-01-31T09:29:${30 + n}Z`,
      data: { error_reason: ['no disk'], ci_name: ['osci'] },
    });

  it('is asked for again before anybody is told, as often as the budget allows', () => {
    const bridge = gate({ reruns: 2 }).take(error(0));
    expect(bridge.said().at(-1)).toBe('pending waiting');
    expect(bridge.verdict().answer.reasons[0]).toMatchObject({
      text: 'could not be run (no disk); a new run, asked for (1 of 2)',
      rerun: { attempt: 1, budget: 2 },
    });
    bridge.take(error(1));
    expect(bridge.events('rerun.requested').map(({ data }) => data)).toMatchObject([
      { testcase: install, ci: 'osci', error_reason: 'no disk', attempt: 1, budget: 2 },
      { attempt: 2 },
    ]);
    bridge.take(error(2));
    expect(bridge.said().at(-1)).toBe('pending errored');
    expect(bridge.events('rerun.requested')).toHaveLength(2);
  });

  it('is asked for as often as is usual with a CI that can be asked, where the rule does not say', () => {
    const reruns = [{ ci: 'osci*', budget: 1 }];
    const asked: Input = { type: 'policies-read', catalogue: { ...emptyCatalogue, reruns }, digest: 'd' };
    const bridge = gate().take(asked, error(0));
    expect(bridge.verdict().answer.reasons[0]!.rerun).toEqual({ attempt: 1, budget: 1 });
    expect(bridge.take(error(1)).said().at(-1)).toBe('pending errored');
    expect(gate({ reruns: 0 }).take(asked, error(0)).said().at(-1)).toBe('pending errored');
    const other = result({ outcome: 'ERROR', data: { ci_name: ['another'] } });
    expect(gate().take(asked, other).said().at(-1)).toBe('pending errored');
  });

  it('is asked for once, however often the verdict is looked at', () => {
    const bridge = gate({ reruns: 2 }).take(error(0), wanted(), wanted());
    expect(bridge.events('rerun.requested')).toHaveLength(1);
  });

  it('is running when the new run has begun, and passes when that does', () => {
    const bridge = gate({ reruns: 1 }).take(error(0), result({ outcome: 'RUNNING', when: '2026-01-31T09:29:40Z' }));
    expect(bridge.said().at(-1)).toBe('pending running');
    bridge.take(result({ when: '2026-01-31T09:29:50Z' }));
    expect(bridge.said().at(-1)).toBe('passed passed');
  });

  it('is overdue when no new run came in the time that a run has', () => {
    const bridge = gate({ reruns: 1 }).take(error(0));
    bridge.now = later(at, 600_000);
    bridge.take(bridge.timer()!.input as Input);
    expect(bridge.said().at(-1)).toBe('pending overdue');
  });
});

it('counts only what the CI that must report has reported, and names it', () => {
  const bridge = gate({ reporter: 'osci*' }).take(result({ data: { ci_name: ['other'] } }));
  expect(bridge.verdict().answer.reasons[0]!.text).toMatch(/^waiting for a result from osci\*/);
  expect(
    bridge
      .take(result({ data: { ci_name: ['osci-1'] } }))
      .said()
      .at(-1),
  ).toBe('passed passed');
});

it.each([false, true])('marks what failed on the build before already, whether that was waived: %s', (isWaived) => {
  const bridge = gate().take(result({ outcome: 'FAILED' }));
  if (isWaived) bridge.take({ type: 'waive', subject: nvr, test: install, comment: 'known' });
  expect(bridge.verdict().answer.decision).toBe(isWaived ? 'passed' : 'failed');
  const after = { type: 'koji_build', id: 'libmill-1.1-1', aliases: [] };
  bridge.take(
    wanted({ subject: after, build: 'b-3', since: '2026-01-31T09:29:20.000Z' }),
    result({ outcome: 'FAILED', data: { item: [after.id] } }),
  );
  expect(bridge.verdict(after.id).answer.reasons[0]).toMatchObject({
    text: `failed; it failed on ${nvr}, the build before, already`,
    failed_before: { subject: nvr, result: 1 },
  });
  expect(bridge.verdict().answer.reasons[0]).not.toHaveProperty('failed_before');
});

describe('a build of which nothing is required', () => {
  const nothing = (when_no_tests?: string): Bridge =>
    new Bridge().take(
      defined(release([{ id: 'none', rules: [], ...(when_no_tests ? { when_no_tests } : {}) }])),
      wanted(),
    );
  const builtin = (outcome: string): Input => result({ test: 'millrace.builtin.installable', outcome });

  it('passes, and is counted apart', () => {
    const { answer } = nothing('pass').verdict();
    expect(answer).toMatchObject({ decision: 'passed', required: false });
    expect(gate().take(result()).verdict().answer.required).toBe(true);
  });

  it("needs the build side's own checks by default", () => {
    expect(nothing().verdict().answer).toMatchObject({ decision: 'passed', required: false });
    expect(nothing().take(builtin('FAILED')).said().at(-1)).toBe('failed failed');
    expect(nothing().take(builtin('PASSED')).verdict().answer).toMatchObject({ decision: 'passed', required: false });
    expect(nothing('pass').take(builtin('FAILED')).verdict().answer.decision).toBe('passed');
  });

  it('waits for the checks that the build side says it makes, and says so when they are overdue', () => {
    const own = ['millrace.builtin.installable', 'millrace.builtin.dependencies'];
    const bridge = new Bridge().take(defined(release([{ id: 'none', rules: [] }])), wanted({ builtin: own }));
    expect(bridge.said()).toEqual(['pending waiting']);
    expect(bridge.take(builtin('PASSED')).said().at(-1)).toBe('pending waiting');
    const last = result({ test: 'millrace.builtin.dependencies', outcome: 'FAILED' });
    expect(bridge.take(last).said().at(-1)).toBe('failed failed');
    bridge.take({ type: 'waive', subject: nvr, test: 'millrace.builtin.dependencies', comment: 'known' });
    expect(bridge.verdict().answer).toMatchObject({ decision: 'passed', state: 'waived', required: false });
    const late = new Bridge().take(defined(release([{ id: 'none', rules: [] }])), wanted({ builtin: own }));
    late.now = late.timer()!.at!;
    expect(late.take({ type: 'verdict-review', verdict: late.verdict().id }).said().at(-1)).toBe('pending overdue');
  });

  it('takes the results of checks that come with the question, each once however often it is asked', () => {
    const checks = [
      { test: 'millrace.builtin.installable', outcome: 'PASSED' as const, note: 'all is there' },
      { test: 'millrace.builtin.upgrade-path', outcome: 'FAILED' as const, note: 'it is older' },
    ];
    const asks = wanted({ builtin: checks.map(({ test }) => test), checks });
    const bridge = new Bridge().take(asks, defined(release([{ id: 'none', rules: [] }])), asks, asks);
    expect(bridge.said()).toEqual(['failed failed', 'failed failed', 'failed failed']);
    expect(bridge.events('result.recorded')).toHaveLength(2);
    expect(bridge.verdict().answer.reasons.find(({ state }) => state === 'failed')!.text).toBe('failed: it is older');
    const { data } = [...bridge.state.results.values()][0]!;
    expect(data).toMatchObject({ item: [nvr], type: ['koji_build'], build: ['b-2'] });
  });

  it('has checks that are waived as the gate says: by two people, with a ticket', () => {
    const waivers = { two_persons: true, ticket: true };
    const bridge = new Bridge().take(
      defined(release([{ id: 'none', rules: [], waivers }])),
      wanted(),
      builtin('FAILED'),
    );
    const waive = { type: 'waive', subject: nvr, test: 'millrace.builtin.installable', comment: 'x' } as const;
    expect(() => bridge.decided(waive, 'ada')).toThrow('ticket-missing');
    bridge.decided({ ...waive, ticket: 'T-1' }, 'ada');
    expect(bridge.verdict().answer.decision).toBe('failed');
    bridge.decided({ ...waive, ticket: 'T-1' }, 'bea');
    expect(bridge.verdict().answer).toMatchObject({ decision: 'passed', state: 'waived' });
  });

  it('is held where the policy says so, until somebody lets it go', () => {
    const bridge = nothing('hold');
    expect(bridge.said()).toEqual(['pending waiting']);
    bridge.take({ type: 'waive', subject: nvr, test: 'millrace.gate.hold', comment: 'looked at' });
    expect(bridge.said().at(-1)).toBe('passed waived');
  });
});

describe("policies of Greenwave's files", () => {
  const text = `id: fedora
product_versions: ["*"]
decision_context: stable
subject_type: koji_build
excluded_packages: [kernel]
rules: [!PassingTestCaseRule {test_case_name: dist.abicheck}, !RemoteRule {}]
`;
  const { policies } = readPolicies(text);
  const read = (digest = 'd-1', list = policies): Input => ({
    type: 'policies-read',
    catalogue: { policies: list, subjectTypes: shippedSubjectTypes },
    digest,
  });
  const definition = release([{ id: 'rpms', rules: [], policies: ['fedora'] }]);
  const remote = policies[0]!.rules[1] as { kind: 'RemoteRule'; sources: []; required: false };
  const found = (of: Extract<Input, { type: 'remote-found' }>['found']): Input => ({
    ...{ type: 'remote-found', verdict: `koji_build|${nvr}|millrace_rebuild`, build: 'b-2' },
    ...{ rule: remote, found: of },
  });
  const named = (): Bridge => new Bridge().take(read(), defined(definition), wanted());

  it('hold for builds whose gate names them, with the files that they lead to', () => {
    const bridge = named();
    expect(bridge.verdict().answer.reasons.map(({ test }) => test)).toEqual(['dist.abicheck', 'remote rule of fedora']);
    const work = bridge.effects.filter((effect) => effect.lane === 'work' && effect.kind === 'remote-rule.fetch');
    expect(work).toHaveLength(1);
    const file = readRemotePolicies(
      'decision_context: stable\nrules: [!PassingTestCaseRule {test_case_name: mine}]\n',
      'https://g/y',
    );
    bridge.take(found({ kind: 'fetched', url: 'https://g/y', policies: file.policies, problem: null }));
    expect(bridge.verdict().answer.reasons.map(({ test }) => test)).toEqual(['dist.abicheck', 'mine']);
    bridge.take(result({ test: 'dist.abicheck' }), result({ test: 'mine' }));
    expect(bridge.said().at(-1)).toBe('passed passed');
  });

  it('whose file nobody can look for make the gate say that it cannot know, and since when', () => {
    const bridge = named().take(result({ test: 'dist.abicheck' }), found({ kind: 'away', because: 'git is away' }));
    expect(bridge.verdict().answer).toMatchObject({ decision: 'unknown', unknown_since: at, retry_after: 60 });
    bridge.now = later(at, 60_000);
    bridge.take(found({ kind: 'away', because: 'git is away' }));
    expect(bridge.verdict().answer).toMatchObject({ decision: 'unknown', unknown_since: at });
    bridge.take(found({ kind: 'missing', urls: [] }));
    expect(bridge.verdict().answer).toMatchObject({ decision: 'passed', unknown_since: null });
  });

  it('that no file has make the gate say that it cannot know', () => {
    const bridge = new Bridge().take(defined(definition), wanted());
    expect(bridge.verdict().answer).toMatchObject({ decision: 'unknown', unknown_since: at });
    expect(bridge.verdict().answer.reasons[0]!.text).toContain('no policy file has fedora');
    bridge.take(read(), found({ kind: 'missing', urls: [] }), result({ test: 'dist.abicheck' }));
    expect(bridge.said().at(-1)).toBe('passed passed');
  });

  it('are asked again at once when the files change, and not when they are the same', () => {
    const bridge = named().take(found({ kind: 'missing', urls: [] }));
    const before = bridge.said().length;
    expect(bridge.take(read()).said()).toHaveLength(before);
    bridge.take(read('d-2', readPolicies(text.replace(/rules: .*/, 'rules: []')).policies));
    expect(bridge.said().at(-1)).toBe('passed passed');
  });
});

describe('decisions', () => {
  it('have growing numbers, and name what was said before', () => {
    const bridge = gate().take(result(), result({ outcome: 'FAILED', when: '2026-01-31T09:29:50Z' }));
    const data = bridge.events('verdict.decided').map(({ data: of }) => of);
    expect(data).toMatchObject([
      { decision_id: 1, previous: null },
      { decision_id: 2, previous: { decision: 'pending', state: 'waiting' } },
      { decision_id: 3, previous: { decision: 'passed', state: 'passed' }, reasons: [{ policies: ['rpms'] }] },
    ]);
  });

  it('can be made again from what they were made of, whatever happened since', () => {
    const definition = release([
      { id: 'rpms', rules: [{ test: install, reruns: 1 }, { test: run }], waivers: { two_persons: true } },
    ]);
    const step = fc.oneof(
      fc.record({
        test: fc.constantFrom(install, run),
        outcome: fc.constantFrom('PASSED', 'FAILED', 'ERROR', 'RUNNING'),
        second: fc.integer({ min: 10, max: 50 }),
      }),
      fc.constantFrom('ada', 'bea'),
      fc.constant(900_000),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const bridge = new Bridge().take(defined(definition), wanted());
        for (const one of steps) {
          if (typeof one === 'number') {
            bridge.now = later(bridge.now, one);
            bridge.take({ type: 'verdict-review', verdict: bridge.verdict().id });
          } else if (typeof one === 'string') {
            bridge.decided({ type: 'waive', subject: nvr, test: run, comment: 'x', expires: '10m' }, one);
          } else {
            const { test, outcome, second } = one;
            bridge.take(result({ test, outcome, when: `2026-01-31T09:29:${second}Z` }));
          }
        }
        for (const row of bridge.state.decisions.values()) {
          const results = [...bridge.state.results.values()].filter(({ number }) => row.results.includes(number));
          const waivers = [...bridge.state.waivers.values()].filter(({ number }) => row.waivers.includes(number));
          expect(replay(row, results, waivers)).toEqual(row.verdict.answer);
        }
      }),
    );
  });
});
