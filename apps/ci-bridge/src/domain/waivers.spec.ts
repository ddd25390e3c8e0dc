import { later } from '@millrace/kernel';
import type { Input } from './input';
import { at, Bridge, defined, nvr, release, result, wanted } from './test-bridge';

const install = 'ci.install.functional';
type Wish = Partial<Extract<Input, { type: 'waive' }>>;
const waive = (changes: Wish = {}): Input => ({
  type: 'waive',
  subject: nvr,
  test: install,
  comment: 'known to be flaky',
  ...changes,
});

function gated(waivers: object = {}): Bridge {
  const definition = release([{ id: 'rpms', rules: [{ test: install }], waivers }]);
  return new Bridge().take(defined(definition), wanted(), result({ test: install, outcome: 'FAILED' }));
}

function next(id: string, changes: object = {}): Input {
  const subject = { type: 'koji_build', id, aliases: [] };
  return wanted({ subject, build: `b-${id}`, since: '2026-01-31T09:29:10.000Z', ...changes });
}

describe('an expiry', () => {
  it('ends a waiver by itself, and the gate looks again then', () => {
    const bridge = gated().take(waive({ expires: '1h' }));
    expect(bridge.verdict().answer.decision).toBe('passed');
    expect(bridge.timer()).toMatchObject({ at: '2026-01-31T10:30:00.000Z' });
    bridge.now = later(at, 3_600_000);
    bridge.take(bridge.timer()!.input as Input);
    expect(bridge.said().at(-1)).toBe('failed failed');
  });

  it('is a time or a duration', () => {
    expect(
      gated()
        .take(waive({ expires: '2026-01-31T12:00:00+02:00' }))
        .timer(),
    ).toMatchObject({
      at: '2026-01-31T10:00:00.000Z',
    });
    expect(() => gated().take(waive({ expires: 'soon' }))).toThrow(/expiry-malformed/);
  });

  it('is never longer than the policy allows', () => {
    const bridge = gated({ longest: '2h' }).take(waive());
    expect([...bridge.state.waivers.values()][0]!.expires_at).toBe('2026-01-31T11:30:00.000000');
    bridge.take(waive({ expires: '30d' }));
    expect([...bridge.state.waivers.values()][1]!.expires_at).toBe('2026-01-31T11:30:00.000000');
  });
});

describe('a scope', () => {
  it('of the component holds for its next builds until one passes by itself', () => {
    const bridge = gated().take(waive({ scope: 'component' }), next('libmill-1.1-1'));
    const failed = result({ outcome: 'FAILED', data: { item: ['libmill-1.1-1'] }, when: '2026-01-31T09:29:40Z' });
    expect(bridge.take(failed).verdict('libmill-1.1-1').answer.decision).toBe('passed');
    const passed = result({ data: { item: ['libmill-1.1-1'] }, when: '2026-01-31T09:29:50Z' });
    expect(bridge.take(passed).verdict('libmill-1.1-1').answer.state).toBe('passed');
    bridge.now = later(at, 1000);
    const third = result({ outcome: 'FAILED', data: { item: ['libmill-1.2-1'] } });
    bridge.take(next('libmill-1.2-1'), third);
    expect(bridge.verdict('libmill-1.2-1').answer.decision).toBe('failed');
  });

  it('of the build helps no other', () => {
    const bridge = gated().take(waive(), next('libmill-1.1-1'));
    bridge.take(result({ outcome: 'FAILED', data: { item: ['libmill-1.1-1'] } }));
    expect(bridge.verdict('libmill-1.1-1').answer.decision).toBe('failed');
  });

  it('of the cascade turns every build of it at once, and none of another', () => {
    const one = next('libstone-1-1', { component: 'rpm/libstone' });
    const other = next('quern-1-1', { component: 'rpm/quern', cascade: 'c-2' });
    const failed = (item: string): Input => result({ outcome: 'FAILED', data: { item: [item] } });
    const bridge = gated().take(one, other, failed('libstone-1-1'), failed('quern-1-1'));
    bridge.take(waive({ scope: 'cascade' }));
    expect(bridge.verdict('libstone-1-1').answer.decision).toBe('passed');
    expect(bridge.verdict('quern-1-1').answer.decision).toBe('failed');
  });

  it('is refused where the policy does not allow it', () => {
    expect(() => gated({ scopes: ['build'] }).take(waive({ scope: 'component' }))).toThrow(/scope-refused/);
  });
});

it('needs two people where the policy says so, and the same one twice is one', () => {
  const bridge = gated({ two_persons: true });
  const first = bridge.decided(waive(), 'ada');
  expect(first.reply).toMatchObject({
    decision: 'failed',
    note: expect.stringContaining('a second person must waive too') as string,
  });
  expect(bridge.decided(waive(), 'ada').reply).toMatchObject({ decision: 'failed' });
  expect(bridge.decided(waive(), 'bea').reply).toMatchObject({ decision: 'passed' });
});

it('needs a ticket where the policy says so', () => {
  expect(() => gated({ ticket: true }).take(waive())).toThrow(/ticket-missing/);
  const bridge = gated({ ticket: true }).take(waive({ ticket: 'BUG-1' }));
  expect(bridge.verdict().answer.reasons[0]!.text).toContain('BUG-1');
});

it('can be taken back', () => {
  const bridge = gated().take(waive(), waive({ withdraw: true }));
  expect(bridge.said().at(-1)).toBe('failed failed');
  expect(bridge.take(waive()).said().at(-1)).toBe('passed waived');
});

it('is taken through WaiverDB for subjects that nobody asked about yet', () => {
  const posted: Input = {
    type: 'waivers-posted',
    waivers: [
      {
        ...{ subject_type: 'brew-build', subject_id: nvr, testcase: install, scenario: null },
        ...{ product_version: 'minidistro-1', username: 'ada', proxied_by: 'bodhi', comment: 'x', waived: true },
        ...{ expires_at: null, scope: 'build', ticket: null },
      },
    ],
  };
  const definition = release([{ id: 'rpms', rules: [{ test: install }] }]);
  const bridge = new Bridge().take(posted, defined(definition), wanted());
  expect(bridge.said()).toEqual(['passed waived']);
  expect(bridge.events('waiver.recorded')[0]!.data).toMatchObject({ username: 'ada', proxied_by: 'bodhi' });
});
