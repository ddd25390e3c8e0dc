import { scopeOf, type ScopeOptions } from './act-scope';
import type { Context } from './context';

const context = {} as Context;
const scope = (first?: string, second?: string, options: ScopeOptions = {}) => scopeOf(context, first, second, options);

describe('how far an act goes', () => {
  it.each([
    ['a cascade', scope('c-1'), { cascade: 'c-1' }],
    ['a rebuild', scope('c-1', 'quern'), { cascade: 'c-1', component: 'rpm/quern' }],
    ['a tier', scope('c-1', undefined, { tier: '2' }), { cascade: 'c-1', tier: 2 }],
    ['a release', scope(undefined, undefined, { release: 'mini' }), { release: 'mini' }],
    [
      'a component in all cascades',
      scope(undefined, undefined, { release: 'mini', component: 'quern' }),
      { release: 'mini', component: 'rpm/quern' },
    ],
    ['the same', scope('rpm/quern', undefined, { release: 'mini' }), { release: 'mini', component: 'rpm/quern' }],
  ])('%s', async (_, found, expected) => {
    expect(await found).toEqual(expected);
  });

  it.each([
    [() => scope(), 'nothing is named'],
    [() => scope('c-1', undefined, { release: 'mini' }), 'a cascade and --release'],
    [() => scope('c-1', 'quern', { tier: '1' }), 'a component and --tier'],
    [() => scope('c-1', undefined, { component: 'quern' }), '--component belongs to --release'],
    [() => scope(undefined, undefined, { release: 'mini', tier: '1' }), '--tier belongs to a cascade'],
    [() => scope('c-1', undefined, { tier: 'x' }), "'x' is no tier"],
  ])('is refused when it says two things or none', async (asked, message) => {
    await expect(asked()).rejects.toThrow(message);
  });
});
