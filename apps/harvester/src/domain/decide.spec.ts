import {
  composeFailed,
  composeFinished,
  eventType,
  rebuildWanted,
  releaseChanged,
  type ReleaseDefinition,
} from '@millrace/contracts';
import { isParked, isRefusal, type Decision, type DecideContext, type Effect } from '@millrace/kernel';
import fc from 'fast-check';
import { decide } from './decide';
import { lookWork, makeWork, type HarvesterInput, type LookOrder, type MakeOrder, type Stock } from './input';
import type { Compose, HarvesterState } from './state';

const at = '2026-01-31T23:30:00.000Z';
const context: DecideContext = { at, id: 'i-1', who: 'ada' };
const nothing: HarvesterState = { releases: new Map(), counters: new Map(), composes: new Map() };

const definition: ReleaseDefinition = {
  ...releaseChanged.example.data.definition,
  compose: {
    automatic: true,
    short: 'Minidistro',
    version: '1',
    type: 'nightly',
    variant: 'Everything',
    include: ['rpm/*', 'module/*'],
  },
  components: [{ match: ['rpm/ancient'], policy: 'never', priority: 0, reason: 'nobody can build it' }],
};

const stock: Stock = {
  components: ['rpm/libmill', 'rpm/millwheel', 'container/millhouse', 'rpm/ancient'],
  builds: [build('rpm/libmill'), build('rpm/millwheel'), build('container/millhouse')],
  repository: { number: 2, address: 'file:///srv/base/2', place: 'minidistro' },
};

function build(component: string): Stock['builds'][number] {
  return { component, build: `b-${component}`, nvr: `${component.split('/')[1]}-1-1`, contents: `sha256:${component}` };
}

function without(component: string): Stock {
  return { ...stock, builds: stock.builds.filter((b) => b.component !== component) };
}

function known(of: ReleaseDefinition = definition): HarvesterInput {
  return { type: 'release-known', release: 'minidistro', revision: 1, definition: of };
}

const asked: HarvesterInput = { type: 'wanted', release: 'minidistro', why: 'weekly', origin: 'command' };
const completed: HarvesterInput = { type: 'cascade-completed', release: 'minidistro', cascade: 'c-1' };

function validated(component: string): HarvesterInput {
  return { type: 'validated', release: 'minidistro', component };
}

function looked(look: number, value: Stock, compose = 'Minidistro-1-20260131.n.0'): HarvesterInput {
  return { type: 'looked', release: 'minidistro', compose, look, outcome: { ok: true, value } };
}

function after(...inputs: readonly HarvesterInput[]): Decision<HarvesterState> {
  return inputs.reduce<Decision<HarvesterState>>(
    (so, input) => {
      const next = decide(so.state, input, context);
      if (isRefusal(next) || isParked(next)) throw new Error(JSON.stringify(next));
      return { ...next, effects: [...so.effects, ...next.effects] };
    },
    { state: nothing, effects: [] },
  );
}

function works(effects: readonly Effect[], kind: string): readonly string[] {
  return effects.flatMap((e) => (e.lane === 'work' && e.kind === kind ? [e.key] : []));
}

function said(effects: readonly Effect[]): readonly string[] {
  return effects.flatMap((e) => (e.lane === 'bus' ? [e.event] : []));
}

function only(state: HarvesterState): Compose {
  expect(state.composes.size).toBe(1);
  return [...state.composes.values()][0]!;
}

test('a compose of what is there: it looks, then makes', () => {
  const { state, effects } = after(known(), asked, looked(1, stock));
  expect(works(effects, lookWork)).toEqual(['Minidistro-1-20260131.n.0/1']);
  expect(works(effects, makeWork)).toEqual(['Minidistro-1-20260131.n.0/1']);
  const order = effects.find((e) => e.lane === 'work' && e.kind === makeWork) as { order: MakeOrder } | undefined;
  expect(order!.order).toMatchObject({ compose: 'Minidistro-1-20260131.n.0', repository: stock.repository, at });
  expect(order!.order.slots.map((s) => s.component)).toEqual(['rpm/libmill', 'rpm/millwheel']);
  expect(only(state)).toMatchObject({ state: 'making', because: 'weekly', by: 'ada', missing: [] });
});

test('a command is answered with the name of the compose, and each compose of a day has its own', () => {
  const first = after(known(), asked);
  expect(first.reply).toMatchObject({ compose: 'Minidistro-1-20260131.n.0' });
  const second = after(known(), asked, asked);
  expect(second.reply).toMatchObject({ compose: 'Minidistro-1-20260131.n.1' });
  const yesterday = decide(second.state, asked, { ...context, at: '2026-01-30T00:00:00.000Z' });
  expect(yesterday).toMatchObject({ reply: { compose: 'Minidistro-1-20260131.n.2' } });
  const tomorrow = decide(second.state, asked, { ...context, at: '2026-02-01T00:00:00.000Z' });
  expect(tomorrow).toMatchObject({ reply: { compose: 'Minidistro-1-20260201.n.0' } });
});

test('what is missing is asked for once, and waited for', () => {
  const short = without('rpm/libmill');
  const { state, effects } = after(known(), asked, looked(1, short), completed, looked(2, short));
  expect(said(effects)).toEqual([eventType(rebuildWanted)]);
  const event = effects.find((e) => e.lane === 'bus');
  expect(event).toMatchObject({ data: { components: ['rpm/libmill'], compose: 'Minidistro-1-20260131.n.0' } });
  expect(only(state)).toMatchObject({ state: 'waiting', missing: ['rpm/libmill'] });
  expect(works(effects, makeWork)).toEqual([]);
});

test('it looks again when all that was missing has been validated, and when a cascade completed', () => {
  const none = { ...stock, builds: [] };
  const waiting = [known(), asked, looked(1, none)];
  const one = after(...waiting, validated('rpm/libmill'), validated('rpm/libmill'), validated('rpm/other'));
  expect(works(one.effects, lookWork)).toHaveLength(1);
  const both = after(...waiting, validated('rpm/libmill'), validated('rpm/millwheel'));
  expect(works(both.effects, lookWork)).toHaveLength(2);
  const whole = after(...waiting, completed, looked(2, stock));
  expect(works(whole.effects, makeWork)).toHaveLength(1);
  expect(whole.state.composes.size).toBe(1);
});

test('an answer to an earlier look is out of date', () => {
  const { effects } = after(known(), asked, completed, looked(1, stock));
  expect(works(effects, makeWork)).toEqual([]);
});

test('a completed cascade makes one compose, however often it is said, where the release wants that', () => {
  const begun = after(known(), completed, looked(1, stock), completed);
  expect(only(begun.state)).toMatchObject({ cascade: 'c-1', because: 'cascade c-1 completed' });
  const never = { ...definition, compose: { ...definition.compose!, automatic: false } };
  expect(after(known(never), completed).state.composes.size).toBe(0);
  expect(after(known({ ...definition, compose: undefined }), completed).state.composes.size).toBe(0);
});

test('services that do not answer yet are asked again later', () => {
  const fault = { code: 'graph-unknown', kind: 'missing' as const, message: 'no graph yet' };
  const failed: HarvesterInput = {
    ...{ type: 'looked', release: 'minidistro', compose: 'Minidistro-1-20260131.n.0', look: 1 },
    outcome: { ok: false, fault },
  };
  const { state, effects } = after(known(), asked, failed);
  expect(only(state)).toMatchObject({ state: 'waiting', problem: 'no graph yet' });
  expect(effects.at(-1)).toMatchObject({ lane: 'deadline', at: '2026-01-31T23:30:30.000Z' });
  const again: HarvesterInput = { type: 'look', release: 'minidistro', compose: 'Minidistro-1-20260131.n.0' };
  const order = after(known(), asked, failed, again).effects.at(-1) as { order: LookOrder };
  expect(order.order.look).toBe(2);
});

describe('a compose that ended', () => {
  const making = [known(), asked, looked(1, stock)];
  const ended = (outcome: Extract<HarvesterInput, { type: 'made' }>['outcome']): HarvesterInput => {
    return { type: 'made', release: 'minidistro', compose: 'Minidistro-1-20260131.n.0', outcome };
  };

  test('is finished, and said once', () => {
    const value = { path: '/srv/composes/x', packages: 4, sources: 2, images: 1 };
    const { state, effects } = after(...making, ended({ ok: true, value }), ended({ ok: true, value }));
    expect(only(state)).toMatchObject({ state: 'finished', path: '/srv/composes/x', finishedAt: at });
    expect(said(effects)).toEqual([eventType(composeFinished)]);
    expect(effects.at(-1)).toMatchObject({ data: { packages: 4, sources: 2, images: 1, because: 'weekly' } });
  });

  test('failed with reason and remedy, and offers nothing', () => {
    const fault = { code: 'disk-full', kind: 'invalid' as const, message: 'the disk is full', remedy: 'free space' };
    const { state, effects } = after(...making, ended({ ok: false, fault }));
    expect(only(state)).toMatchObject({ state: 'failed', path: null, problem: 'the disk is full; free space' });
    expect(effects.at(-1)).toMatchObject({ data: { reason: 'the disk is full', remedy: 'free space', path: '' } });
    expect(said(effects)).toEqual([eventType(composeFailed)]);
  });
});

test('a compose of nothing fails with a remedy instead of being empty', () => {
  const { state } = after(known(), asked, looked(1, { ...stock, components: ['container/millhouse'] }));
  expect(only(state)).toMatchObject({ state: 'failed' });
  expect(only(state).problem).toContain("compare 'include'");
});

test('a command about an unknown release is refused, an event about it waits', () => {
  expect(decide(nothing, asked, context)).toMatchObject({ refused: true, code: 'release-unknown', kind: 'missing' });
  expect(decide(nothing, { ...asked, origin: 'event' }, context)).toMatchObject({ until: 'release/minidistro' });
  expect(decide(nothing, completed, context)).toMatchObject({ until: 'release/minidistro' });
  const { state } = after(known({ ...definition, compose: undefined }));
  expect(decide(state, asked, context)).toMatchObject({ refused: true, code: 'compose-unnamed' });
});

test('in any order and number of inputs a compose is made at most once, and only from all that it wants', () => {
  const inputs: readonly HarvesterInput[] = [
    completed,
    validated('rpm/libmill'),
    validated('rpm/millwheel'),
    ...[1, 2, 3, 4].flatMap((look) => [looked(look, without('rpm/libmill')), looked(look, stock)]),
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...inputs), { maxLength: 30 }), (some) => {
      const { state, effects } = after(known(), asked, ...some);
      const first = works(effects, makeWork).filter((key) => key.startsWith('Minidistro-1-20260131.n.0'));
      expect(first.length).toBeLessThanOrEqual(1);
      const compose = state.composes.get('Minidistro-1-20260131.n.0')!;
      expect(compose.state).toBe(first.length === 1 ? 'making' : 'waiting');
      if (compose.state === 'making') expect(compose.slots.every((slot) => slot.build !== null)).toBe(true);
    }),
  );
});
