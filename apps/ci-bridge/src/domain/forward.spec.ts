import { isRefusal, type WorkEffect } from '@millrace/kernel';
import { forwardKind, type ForwardOrder } from './forward';
import { Bridge, result } from './test-bridge';

const set = (forward: 'also' | 'only' | null, bound: readonly object[] = []) =>
  ({ type: 'intake-set', settings: { forward, bound: bound as never, polled: [] } }) as const;

function posts(bridge: Bridge): readonly WorkEffect[] {
  return bridge.effects.filter((effect): effect is WorkEffect => effect.lane === 'work' && effect.kind === forwardKind);
}

function end(post: WorkEffect, outcome: { remote: number } | { because: string; final: boolean }) {
  const order = post.order as ForwardOrder;
  return { type: 'result-forwarded', forwarded: { id: order.id, order, outcome } } as const;
}

const about = (item: string) => result({ data: { item: [item] } });

it('posts the results of one subject one after another, those of others beside them', () => {
  const bridge = new Bridge().take(set('also'), about('a-1-1'), about('a-1-1'), about('b-1-1'), about('a-1-1'));
  const items = (): readonly unknown[] => posts(bridge).map(({ order }) => (order as ForwardOrder).id.slice(-1));
  expect(items()).toEqual(['1', '3']);
  bridge.take(end(posts(bridge)[0]!, { remote: 71 }));
  expect(items()).toEqual(['1', '3', '2']);
  bridge.take(end(posts(bridge)[2]!, { remote: 72 }));
  expect(items()).toEqual(['1', '3', '2', '4']);
  // An outcome that is heard twice starts nothing twice.
  bridge.take(end(posts(bridge)[0]!, { remote: 71 }));
  expect(items()).toHaveLength(4);
  expect(bridge.state.forwards.get('000000000001')).toMatchObject({ state: 'sent', remote: 71 });
});

it('tries again, ever later, with the same key, while the other one is away; the next of the subject waits', () => {
  const bridge = new Bridge().take(set('also'), about('a-1-1'), about('a-1-1'));
  for (let n = 0; n < 12; n++) bridge.take(end(posts(bridge).at(-1)!, { because: 'away', final: false }));
  const all = posts(bridge);
  expect(new Set(all.map(({ order }) => (order as ForwardOrder).key)).size).toBe(1);
  expect(new Set(all.map(({ key }) => key)).size).toBe(13);
  const waits = all.slice(1).map(({ notBefore }) => Date.parse(notBefore!) - Date.parse(bridge.now));
  expect(waits.slice(0, 3)).toEqual([2_000, 4_000, 8_000]);
  expect(Math.max(...waits)).toBe(600_000);
});

it('goes on with the next when one is refused for good', () => {
  const bridge = new Bridge().take(set('also'), about('a-1-1'), about('a-1-1'));
  bridge.take(end(posts(bridge)[0]!, { because: 'outcome: unknown', final: true }));
  expect(bridge.state.forwards.get('000000000001')).toMatchObject({ state: 'refused', because: 'outcome: unknown' });
  expect((posts(bridge)[1]!.order as ForwardOrder).id).toBe('000000000002');
});

it('with the mode only, keeps results nowhere else, and still knows them again', () => {
  const bridge = new Bridge().take(set('only'));
  const message = about('a-1-1');
  const first = bridge.decided(message).reply as { result: { number: number } };
  const again = bridge.decided(message).reply as { result: { number: number } };
  expect([first.result.number, again.result.number]).toEqual([1, 1]);
  expect([bridge.state.results.size, bridge.state.forwards.size, posts(bridge).length]).toEqual([0, 1, 1]);
});

it('without the setting nothing is posted', () => {
  const bridge = new Bridge().take(set(null), about('a-1-1'));
  expect([posts(bridge).length, bridge.state.forwards.size]).toEqual([0, 0]);
});

describe('a bound namespace', () => {
  const draft = about('a-1-1').draft;
  const bound = set(null, [{ namespaces: ['osci*'], publishers: ['osci-publisher'] }]);

  it.each([
    ['osci', 'osci-publisher', true],
    ['osci.brew', 'osci-publisher', true],
    ['osci', 'another', false],
    ['osci', undefined, false],
    ['baseos', undefined, true],
  ])('%s, published by %s', (namespace, publisher, taken) => {
    const bridge = new Bridge().take(bound);
    const attempt = (): unknown =>
      bridge.decided({
        type: 'result-reported',
        draft: { ...draft, namespace, ...(publisher === undefined ? {} : { publisher }) },
      });
    if (taken) expect(isRefusal(attempt())).toBe(false);
    else expect(attempt).toThrow('publisher-refused');
    expect(bridge.state.results.size).toBe(taken ? 1 : 0);
  });
});
