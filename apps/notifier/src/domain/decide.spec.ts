import {
  alertEnded,
  alertRaised,
  cascadeStalled,
  composeFailed,
  eventType,
  noticeDelivered,
  noticeFailed,
  rebuildDoubted,
  rebuildFailed,
  rebuildRejected,
  releaseChanged,
  type Envelope,
  type EventContract,
  type ReleaseDefinition,
} from '@millrace/contracts';
import { isParked, isRefusal, type Decision, type DecideContext, type Effect } from '@millrace/kernel';
import fc from 'fast-check';
import { happeningOf } from '../inbound/happening';
import { decide } from './decide';
import { mailWork, type MailOrder, type NotifierInput } from './input';
import type { NotifierState } from './state';

const context: DecideContext = { at: '2026-01-31T09:30:00.000Z', id: 'i-1', who: 'scheduler' };
const nothing: NotifierState = { releases: new Map(), notices: new Map() };

const definition: ReleaseDefinition = {
  ...releaseChanged.example.data.definition,
  people: { ada: { mail: 'ada@example.org' }, bob: { mail: 'bob@example.org' }, rel: { mail: 'rel@example.org' } },
  owners: [
    { components: ['rpm/lib*'], people: ['ada', 'bob'] },
    { components: ['rpm/libmill'], people: ['ada'] },
  ],
  releng: ['rel'],
};

function known(of: ReleaseDefinition = definition, revision = 1): NotifierInput {
  return { type: 'release-known', release: 'minidistro', revision, definition: of };
}

/** The event with its example's data and what the test changes in it. */
function heard<Data>(contract: EventContract<Data>, changes: Partial<Data> = {}, revision = 7): NotifierInput {
  const envelope: Envelope = {
    specversion: '1.0',
    id: 'm-1',
    source: 'scheduler',
    type: eventType(contract),
    time: context.at,
    subject: contract.example.subject,
    release: 'minidistro',
    revision,
    data: { ...contract.example.data, ...changes },
  };
  return happeningOf(contract as unknown as EventContract, envelope)!;
}

function after(...inputs: readonly NotifierInput[]): Decision<NotifierState> {
  return inputs.reduce<Decision<NotifierState>>(
    (so, input) => {
      const next = decide(so.state, input, context);
      if (isRefusal(next) || isParked(next)) throw new Error(JSON.stringify(next));
      return { state: next.state, effects: [...so.effects, ...next.effects] };
    },
    { state: nothing, effects: [] },
  );
}

function mails(effects: readonly Effect[]): readonly MailOrder[] {
  return effects.flatMap((e) => (e.lane === 'work' && e.kind === mailWork ? [e.order as MailOrder] : []));
}

function to(effects: readonly Effect[]): readonly string[] {
  return mails(effects)
    .map((mail) => mail.to)
    .sort();
}

describe('who is told', () => {
  test('the owners that a failure names', () => {
    expect(to(after(known(), heard(rebuildFailed)).effects)).toEqual(['ada@example.org']);
  });

  test('the owners of the release definition when the event names nobody', () => {
    const input = heard(rebuildFailed, { owners: [] });
    expect(to(after(known(), input).effects)).toEqual(['ada@example.org', 'bob@example.org']);
  });

  test('release engineering when nobody owns the component', () => {
    const { effects } = after(known({ ...definition, owners: [] }), heard(rebuildFailed, { owners: [] }));
    expect(to(effects)).toEqual(['rel@example.org']);
    expect(mails(effects)[0]!.letter.text).toContain('nobody owns rpm/libmill');
  });

  test('release engineering, and never the owners, of a failure of the infrastructure', () => {
    const evidence = { ...rebuildFailed.example.data.evidence, class: 'infrastructure' as const };
    expect(to(after(known(), heard(rebuildFailed, { evidence })).effects)).toEqual(['rel@example.org']);
  });

  test('release engineering of a stalled cascade, and of a failed compose', () => {
    expect(to(after(known(), heard(cascadeStalled)).effects)).toEqual(['rel@example.org']);
    expect(to(after(known(), heard(composeFailed)).effects)).toEqual(['rel@example.org']);
  });

  test('release engineering of an alert, once, and nobody of its end', () => {
    expect(to(after(known(), heard(alertRaised), heard(alertRaised)).effects)).toEqual(['rel@example.org']);
    expect(heard(alertEnded)).toBeNull();
  });

  test('the owners of a build that was taken away, and release engineering of what stands on it', () => {
    expect(to(after(known(), heard(rebuildDoubted, { component: 'rpm/libmill' })).effects)).toEqual([
      'ada@example.org',
    ]);
    expect(to(after(known(), heard(rebuildDoubted)).effects)).toEqual(['rel@example.org']);
  });

  test('release engineering as well, and openly, when an owner has no address', () => {
    const { state, effects } = after(known(), heard(rebuildFailed, { owners: ['zoe'] }));
    expect(to(effects)).toEqual(['rel@example.org']);
    expect([...state.notices.values()].map((n) => [n.person, n.state])).toEqual([
      ['zoe', 'failed'],
      ['rel', 'waiting'],
    ]);
    expect(effects.filter((e) => e.lane === 'bus').map((e) => e.event)).toEqual([eventType(noticeFailed)]);
  });

  test('nobody of what is only information', () => {
    const envelope = { data: releaseChanged.example.data, id: 'm', time: context.at } as unknown as Envelope;
    expect(happeningOf(releaseChanged as unknown as EventContract, envelope)).toBeNull();
  });
});

describe('once', () => {
  test('one notice per failure, whichever event says it and however often', () => {
    const again = heard(rebuildFailed, {}, 9);
    expect(mails(after(known(), heard(rebuildFailed), again, heard(rebuildFailed)).effects)).toHaveLength(1);
  });

  test('another attempt, another build and another stall are told again', () => {
    const inputs = [
      heard(rebuildFailed),
      heard(rebuildFailed, { attempt: 2, build: 'b-9' }),
      heard(rebuildRejected, { attempt: 2, build: 'hand-1' }),
      heard(cascadeStalled, {}, 1),
      heard(cascadeStalled, {}, 4),
    ];
    expect(mails(after(known(), ...inputs).effects)).toHaveLength(5);
  });

  test('a stall on the same builds is told once, whatever its revision, and again on others', () => {
    const on = (builds: string[], revision: number) => heard(cascadeStalled, { failed_builds: builds }, revision);
    const told = [
      on(['failed b-1', 'rejected b-2'], 7),
      on(['rejected b-2', 'failed b-1'], 12),
      on(['failed b-3'], 13),
    ];
    expect(mails(after(known(), ...told).effects)).toHaveLength(2);
  });

  test('no order and no repetition of inputs mails anybody twice or loses a mail', () => {
    const failures = [1, 2, 3].flatMap((attempt) => [
      heard(rebuildFailed, { attempt, owners: [] }, attempt),
      heard(cascadeStalled, {}, attempt),
    ]);
    fc.assert(
      fc.property(fc.shuffledSubarray([...failures, ...failures], { minLength: failures.length }), (some) => {
        const keys = mails(after(known(), ...some, ...failures).effects).map((m) => m.notice);
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys).toHaveLength(9);
      }),
    );
  });

  test('what is about an unknown release waits for its definition', () => {
    const waiting = decide(nothing, heard(rebuildFailed), context);
    expect(waiting).toMatchObject({ parked: true, until: 'release/minidistro' });
    expect(decide(nothing, known(), context)).toMatchObject({ appeared: ['release/minidistro'] });
  });

  test('an older definition does not replace a newer one', () => {
    const { state } = after(known(definition, 2), known({ ...definition, releng: ['bob'] }, 1));
    expect(state.releases.get('minidistro')!.definition.releng).toEqual(['rel']);
  });
});

describe('a mail that ended', () => {
  const begun = [known(), heard(rebuildFailed)];
  const notice = mails(after(...begun).effects)[0]!.notice;
  const ended = (outcome: Extract<NotifierInput, { type: 'mail-ended' }>['outcome']): NotifierInput => ({
    type: 'mail-ended',
    notice,
    release: 'minidistro',
    outcome,
  });

  test('is delivered once, and said once', () => {
    const accepted = ended({ ok: true, messageId: '<n@x>', response: '250 ok' });
    const { state, effects } = after(...begun, accepted, accepted);
    expect(state.notices.get(notice)).toMatchObject({
      state: 'delivered',
      messageId: '<n@x>',
      deliveredAt: context.at,
    });
    expect(effects.filter((e) => e.lane === 'bus').map((e) => e.event)).toEqual([eventType(noticeDelivered)]);
  });

  test('is handed over again later, under a new key, while the server cannot be reached', () => {
    const fault = { code: 'smtp-unreachable', kind: 'unavailable' as const, message: 'connection refused' };
    const works = after(...begun, ended({ ok: false, fault })).effects.filter((e) => e.lane === 'work');
    expect(works.map((w) => [w.key, w.notBefore])).toEqual([
      [`${notice}/1`, undefined],
      [`${notice}/2`, '2026-01-31T09:45:00.000Z'],
    ]);
  });

  test.each([
    ['refused', 'invalid' as const],
    ['unsure', 'conflict' as const],
  ])('fails for good when it was %s', (_, kind) => {
    const { state, effects } = after(
      ...begun,
      ended({ ok: false, fault: { code: 'x', kind, message: 'no such user' } }),
    );
    expect(state.notices.get(notice)).toMatchObject({ state: 'failed', because: 'no such user' });
    expect(effects.filter((e) => e.lane === 'bus').map((e) => e.event)).toEqual([eventType(noticeFailed)]);
    expect(mails(effects)).toHaveLength(1);
  });
});
