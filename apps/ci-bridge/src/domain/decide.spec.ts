import { Bridge, defined, nvr, release, result, twoTests, wanted, type Reported } from './test-bridge';
import type { Input } from './input';

const install = 'ci.install.functional';
const run = 'ci.run.functional';

function asked(): Bridge {
  return new Bridge().take(defined(), wanted());
}

describe('a gate', () => {
  it('waits for every required test and passes when the last one has passed', () => {
    const bridge = asked().take(result({ test: install }), result({ test: run }));
    expect(bridge.said()).toEqual(['pending waiting', 'pending waiting', 'passed passed']);
    expect(bridge.verdict().answer.reasons.map(({ test, state }) => [test, state])).toEqual([
      [install, 'passed'],
      [run, 'passed'],
    ]);
  });

  it('fails at once when a required test fails, with its note', () => {
    const bridge = asked().take(result({ test: run, outcome: 'FAILED', note: 'exit code 1' }));
    expect(bridge.verdict().answer).toMatchObject({ decision: 'failed', state: 'failed', retry_after: null });
    expect(bridge.verdict().answer.reasons[1]).toMatchObject({ text: 'failed: exit code 1', result: 1 });
  });

  it('finds results that came before anybody asked', () => {
    const bridge = new Bridge().take(result({ test: install }), result({ test: run }), defined(), wanted());
    expect(bridge.said()).toEqual(['passed passed']);
  });

  it('keeps a question about a release that it does not know yet until it does', () => {
    const bridge = new Bridge().take(wanted());
    expect(bridge.isParked).toBe(true);
    expect(bridge.take(defined()).said()).toEqual(['pending waiting']);
  });

  it('passes what no policy speaks about, and says so', () => {
    const bridge = new Bridge().take(defined(release([])), wanted());
    expect(bridge.said()).toEqual(['passed passed']);
    expect(bridge.verdict().answer.reasons[0]!.text).toContain('no tests are required');
  });

  it('passes what its policies require nothing of, and names them', () => {
    const bridge = new Bridge().take(defined(release([{ id: 'stacks', rules: [] }])), wanted());
    expect(bridge.verdict().answer.reasons[0]!.text).toBe(
      'no tests are required: the gates stacks of release minidistro name none',
    );
  });

  it.each([
    ['packages', { packages: ['glib*'] }],
    ['excluded packages', { excluded_packages: ['lib*'] }],
    ['another context', { decision_context: 'compose' }],
    ['another type', { subject_types: ['redhat-module'] }],
  ])('leaves out policies by %s', (_, changes) => {
    const definition = release([{ id: 'p', rules: [{ test: install }], ...changes }]);
    expect(new Bridge().take(defined(definition), wanted()).said()).toEqual(['passed passed']);
  });

  it.each([
    ['INFO', 'passed passed'],
    ['NEEDS_INSPECTION', 'failed failed'],
    ['NOT_APPLICABLE', 'failed failed'],
    ['QUEUED', 'pending running'],
    ['RUNNING', 'pending running'],
    ['ERROR', 'pending errored'],
  ])('takes %s as %s', (outcome, said) => {
    const definition = release([{ id: 'p', rules: [{ test: install }] }]);
    const bridge = new Bridge().take(defined(definition), wanted(), result({ outcome }));
    expect(bridge.said().at(-1)).toBe(said);
  });

  it('carries the reason of an error through to the answer', () => {
    const bridge = asked().take(result({ outcome: 'ERROR', data: { error_reason: ['no disk left'] } }));
    expect(bridge.verdict().answer.reasons[0]!.text).toBe('could not be run (no disk left)');
  });

  it('wants every scenario, architecture and variant that reported to pass', () => {
    const on = (architecture: string, outcome: string): Input =>
      result({ test: install, outcome, data: { system_architecture: [architecture] } });
    const bridge = asked().take(result({ test: run }), on('x86_64', 'PASSED'), on('s390x', 'FAILED'));
    expect(bridge.verdict().answer.decision).toBe('failed');
    expect(bridge.verdict().answer.reasons[0]!.text).toBe('failed (on s390x)');
  });

  it('counts only the scenario that a rule names', () => {
    const definition = release([{ id: 'p', rules: [{ test: install, scenario: 'bios' }] }]);
    const bridge = new Bridge().take(defined(definition), wanted(), result({ data: { scenario: ['uefi'] } }));
    expect(bridge.said()).toEqual(['pending waiting']);
    expect(
      bridge
        .take(result({ data: { scenario: ['bios'] } }))
        .said()
        .at(-1),
    ).toBe('passed passed');
  });

  it('keeps what the last run found until a new run ends', () => {
    const bridge = asked().take(result({ test: run, outcome: 'FAILED', when: '2026-01-31T09:29:10Z' }));
    bridge.take(result({ test: run, outcome: 'RUNNING', when: '2026-01-31T09:29:20Z' }));
    expect(bridge.verdict().answer.decision).toBe('failed');
    expect(bridge.verdict().answer.reasons[1]!.text).toBe('failed; a new run is running');
    bridge.take(result({ test: run, when: '2026-01-31T09:29:30Z' }), result({ test: install }));
    expect(bridge.verdict().answer.decision).toBe('passed');
  });

  it('knows that a run which did not say where it would run has ended', () => {
    const bridge = asked().take(result({ test: install }), result({ test: run, outcome: 'QUEUED' }));
    expect(bridge.said().at(-1)).toBe('pending running');
    bridge.take(result({ test: run, when: '2026-01-31T09:29:40Z', data: { system_architecture: ['x86_64'] } }));
    expect(bridge.said().at(-1)).toBe('passed passed');
    bridge.take(result({ test: run, outcome: 'QUEUED', data: { system_architecture: ['s390x'] } }));
    expect(bridge.said().at(-1)).toBe('pending running');
  });

  it('turns a passed verdict when a later run fails', () => {
    const bridge = asked().take(result({ test: install }), result({ test: run, when: '2026-01-31T09:29:10Z' }));
    bridge.take(result({ test: run, outcome: 'FAILED', when: '2026-01-31T09:29:50Z' }));
    expect(bridge.said().slice(-2)).toEqual(['passed passed', 'failed failed']);
  });

  it('decides what passed anew, too, when the policy changes, and names what was said before', () => {
    const one = release([{ id: 'rpms', rules: [{ test: install }] }]);
    const bridge = new Bridge().take(defined(one), wanted(), result({ test: install }));
    bridge.take(defined({ ...one, title: 'Another title' }, 2));
    expect(bridge.said()).toEqual(['pending waiting', 'passed passed']);
    bridge.take(defined(twoTests, 3));
    expect(bridge.said().at(-1)).toBe('pending waiting');
    expect(bridge.events('verdict.decided').at(-1)!.data).toMatchObject({
      previous: { decision: 'passed', state: 'passed' },
    });
  });

  it('decides anew when the policy changes, and ignores older revisions of it', () => {
    const bridge = asked().take(result({ test: install }));
    bridge.take(defined(release([{ id: 'rpms', rules: [{ test: install }] }]), 2));
    expect(bridge.said().at(-1)).toBe('passed passed');
    bridge.take(defined(twoTests, 1));
    expect(bridge.said().at(-1)).toBe('passed passed');
  });
});

describe('what is not counted', () => {
  it.each([
    ['an older result', { when: '2026-01-31T09:28:00Z' }],
    ["another build's result of the same name", { data: { brew_task_id: ['b-1'] } }],
    ['a scratch build', { data: { type: ['koji_build_scratch'] } }],
    ['another item', { data: { item: ['libmill-1.0-1.mr1'] } }],
    ['another test', { test: 'ci.other.functional' }],
  ] satisfies [string, Reported][])('%s', (_, given) => {
    const definition = release([{ id: 'p', rules: [{ test: install }] }]);
    const bridge = new Bridge().take(defined(definition), wanted(), result(given));
    expect(bridge.said()).toEqual(['pending waiting']);
  });

  it('but a result that names the build counts, even when the clock of its CI is behind', () => {
    const definition = release([{ id: 'p', rules: [{ test: install }] }]);
    const late = result({ when: '2026-01-31T08:00:00Z', data: { brew_task_id: ['b-2'] } });
    expect(new Bridge().take(defined(definition), wanted(), late).said().at(-1)).toBe('passed passed');
  });

  it('a time of whole seconds is not older than a build that ended within that second', () => {
    const definition = release([{ id: 'p', rules: [{ test: install }] }]);
    const question = wanted({ since: '2026-01-31T09:29:30.700Z' });
    const bridge = new Bridge().take(defined(definition), question, result({ when: '2026-01-31T09:29:30Z' }));
    expect(bridge.said().at(-1)).toBe('passed passed');
  });

  it('aliases of a subject decide alike', () => {
    const subject = { type: 'koji_build', id: `${nvr}@b-2`, aliases: [nvr] };
    const bridge = new Bridge().take(defined(), wanted({ subject }), result({ test: install }), result({ test: run }));
    expect(bridge.said().at(-1)).toBe('passed passed');
  });
});

describe('deadlines', () => {
  it("are the tests' own, one after another, and make a missing test overdue", () => {
    const bridge = asked();
    expect(bridge.verdict().answer.retry_after).toBe(600);
    expect(bridge.timer()).toMatchObject({ at: '2026-01-31T09:40:00.000Z' });
    bridge.now = '2026-01-31T09:40:00.000Z';
    bridge.take(bridge.timer()!.input as Input);
    expect(bridge.verdict().answer).toMatchObject({ decision: 'pending', state: 'overdue' });
    expect(bridge.verdict().said).toBe(2);
    expect(bridge.timer()).toMatchObject({ at: '2026-01-31T10:00:00.000Z' });
  });

  it('do not harm: a result after its deadline still decides', () => {
    const bridge = asked();
    bridge.now = '2026-01-31T11:00:00.000Z';
    bridge.take(bridge.timer()!.input as Input);
    expect(bridge.verdict().answer.retry_after).toBe(600);
    bridge.take(result({ test: install }), result({ test: run }));
    expect(bridge.said().at(-1)).toBe('passed passed');
    expect(bridge.timer()).toMatchObject({ at: null });
  });

  it('are the shorter of two when two policies require one test', () => {
    const rule = (id: string, deadline: string): object => ({ id, rules: [{ test: install, deadline }] });
    const definition = release([rule('a', '5m'), rule('b', '1h')]);
    expect(new Bridge().take(defined(definition), wanted()).verdict().answer.retry_after).toBe(300);
  });

  it('count from the first question about a build, not from a repeated one', () => {
    const bridge = asked();
    bridge.now = '2026-01-31T09:35:00.000Z';
    bridge.take(wanted());
    expect(bridge.verdict().answer.retry_after).toBe(300);
  });
});

describe('questions', () => {
  it('are answered each time, with a growing revision', () => {
    const bridge = asked().take(wanted());
    expect(bridge.events('verdict.decided').map(({ revision }) => revision)).toEqual([1, 2]);
  });

  it('about a newer build of the same name start anew; an older one comes too late', () => {
    const bridge = asked().take(result({ test: install }), result({ test: run }));
    bridge.take(wanted({ build: 'b-3', since: '2026-01-31T09:29:45.000Z' }));
    expect(bridge.said().at(-1)).toBe('pending waiting');
    bridge.take(wanted());
    expect(bridge.verdict().build).toBe('b-3');
    expect(bridge.said().at(-1)).toBe('pending waiting');
  });
});

describe('groups', () => {
  const member = { component: 'rpm/libmill', nvr };
  const stack = wanted({
    subject: { type: 'koji-build-group', id: 'mill@0123456789ab', aliases: [] },
    component: 'stack/mill',
    build: 'stack-1',
    group: [member, { component: 'rpm/other', nvr: 'other-1-1' }],
  });

  it('pass without policies of their own, until a member fails its gate', () => {
    const bridge = asked().take(stack);
    expect(bridge.verdict('mill@0123456789ab').answer.decision).toBe('passed');
    bridge.take(result({ test: run, outcome: 'FAILED' }));
    const { answer } = bridge.verdict('mill@0123456789ab');
    expect(answer.decision).toBe('failed');
    expect(answer.reasons[0]!.text).toBe(`rpm/libmill (${nvr}) failed its own gate: ${run}`);
  });

  it('pass again when the member is waived', () => {
    const bridge = asked().take(stack, result({ test: run, outcome: 'FAILED' }), result({ test: install }));
    bridge.take({ type: 'waive', subject: nvr, test: run, comment: 'known' });
    expect(bridge.verdict('mill@0123456789ab').answer.decision).toBe('passed');
  });
});

describe('waivers', () => {
  const waive = (test: string, subject = nvr): Input => ({ type: 'waive', subject, test, comment: 'flaky' });

  it('turn a failed answer at once, and stay visible', () => {
    const bridge = asked().take(result({ test: install }), result({ test: run, outcome: 'FAILED' }));
    const { reply } = bridge.decided(waive(run), 'grace');
    expect(reply).toEqual({ waiver: 1, decision: 'passed' });
    expect(bridge.said().at(-1)).toBe('passed waived');
    expect(bridge.verdict().answer.reasons[1]).toMatchObject({
      state: 'waived',
      waiver: 1,
      text: 'waived by grace: flaky (without the waiver: failed)',
    });
    expect(bridge.events('waiver.recorded')).toHaveLength(1);
  });

  it("that another service passes on are the person's who asked there", () => {
    const bridge = asked().take(result({ test: install }), result({ test: run, outcome: 'FAILED' }));
    bridge.decided({ ...waive(run), by: 'grace' } as Input, 'scheduler');
    expect(bridge.verdict().answer.reasons[1]!.text).toBe('waived by grace: flaky (without the waiver: failed)');
  });

  it('help a missing test too, and nothing but what they name', () => {
    const bridge = asked().take(waive(run));
    expect(bridge.said().at(-1)).toBe('pending waiting');
    const other = wanted({ subject: { type: 'koji_build', id: 'libmill-2-1', aliases: [] }, build: 'b-9' });
    expect(bridge.take(other).verdict('libmill-2-1').answer.reasons[1]!.state).toBe('waiting');
    const version = wanted({ product_version: 'minidistro-2', decision_context: 'millrace_rebuild' });
    expect(bridge.take(version).verdict().answer.reasons[1]!.state).toBe('waiting');
  });

  it('are refused without a comment, for tests that nobody requires, and for unknown subjects', () => {
    const bridge = asked();
    expect(() => bridge.take(waive('ci.other.functional'))).toThrow(/test-not-required.*ci.install.functional/);
    expect(() => bridge.take(waive(run, 'nothing-1-1'))).toThrow(/subject-unknown/);
    expect(() => bridge.take({ type: 'waive', subject: nvr, test: run, comment: ' ' })).toThrow(/comment-missing/);
  });
});

describe('recording', () => {
  it('gives the same source the same result, and says it once', () => {
    const bridge = asked();
    const first = bridge.decided(result({ source: 'm-1' })).reply;
    const second = bridge.decided(result({ source: 'm-1', outcome: 'FAILED' })).reply;
    expect(second).toEqual(first);
    expect(bridge.events('result.recorded')).toHaveLength(1);
    expect(bridge.state.results.size).toBe(1);
  });

  it('gives no two results the same time, and trusts no clock that is ahead', () => {
    const bridge = asked().take(result(), result({ when: '2030-01-01T00:00:00Z' }));
    const [first, second] = [...bridge.state.results.values()];
    expect(first!.submit_time < second!.submit_time).toBe(true);
    expect(second!.occurred <= second!.submit_time).toBe(true);
  });
});

it("says a result with the body of ResultsDB's resultsdb.result.new", () => {
  const bridge = new Bridge().take(result({ test: install, note: 'fine' }));
  expect(bridge.events('result.recorded')[0]!.data).toMatchObject({
    id: 1,
    result: {
      id: 1,
      testcase: { name: install, ref_url: null, href: `/resultsdb/api/v2.0/testcases/${install}` },
      outcome: 'PASSED',
      note: 'fine',
      ref_url: 'https://ci.example.org/runs/1',
      submit_time: expect.stringMatching(/^2026-01-31T09:30:00\.\d{6}$/) as string,
      groups: [],
      data: { item: [nvr], type: ['koji_build'] },
      href: '/resultsdb/api/v2.0/results/1',
    },
  });
});
