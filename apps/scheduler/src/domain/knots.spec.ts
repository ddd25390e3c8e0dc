import type { ImpactRebuild } from '@millrace/contracts';
import fc from 'fast-check';
import { withKnots } from './knots';

function rebuild(name: string, tier: number, needs: readonly string[], pass = 1): ImpactRebuild {
  const named = needs.map((need) => {
    const [component, of = '1'] = need.split('#');
    return { component: `rpm/${component!}`, pass: Number(of) };
  });
  return { component: `rpm/${name}`, pass, tier, bootstrap: pass === 1 && name === 'boot', needs: named, because: 'x' };
}

/** `a` and `b` need each other: `a` is built first, against the old `b`. `low` is below both, `top` above. */
const knot = {
  knots: [['rpm/a', 'rpm/b']],
  tiers: 4,
  rebuilds: [rebuild('low', 0, []), rebuild('a', 1, ['low']), rebuild('b', 2, ['a']), rebuild('top', 3, ['b'])],
};

const shown = (rebuilds: readonly ImpactRebuild[]) =>
  rebuilds.map((one) => [
    `${one.component}#${one.pass}`,
    one.tier,
    one.needs.map((need) => `${need.component}#${need.pass}`).sort(),
  ]);

describe('a knot', () => {
  it('is built once as the resolver orders it, and by hand in the same order', () => {
    expect(withKnots(knot, 'once')).toBe(knot);
    expect(withKnots(knot, 'manual')).toBe(knot);
  });

  it('is built twice: each member again, against the first builds of its siblings, and what is above waits', () => {
    const { rebuilds, tiers } = withKnots(knot, 'twice');
    expect(shown(rebuilds)).toEqual([
      ['rpm/low#1', 0, []],
      ['rpm/a#1', 1, ['rpm/low#1']],
      ['rpm/b#1', 2, ['rpm/a#1']],
      ['rpm/a#2', 3, ['rpm/a#1', 'rpm/b#1']],
      ['rpm/b#2', 3, ['rpm/b#1']],
      ['rpm/top#1', 4, ['rpm/b#2']],
    ]);
    expect(tiers).toBe(5);
  });

  it('whose members have a bootstrap pass already gets no third one', () => {
    const booted = {
      knots: [['rpm/boot', 'rpm/b']],
      tiers: 3,
      rebuilds: [rebuild('boot', 0, []), rebuild('b', 1, ['boot']), rebuild('boot', 2, ['boot', 'b'], 2)],
    };
    const { rebuilds } = withKnots(booted, 'twice');
    expect(rebuilds.filter((one) => one.component === 'rpm/boot').map((one) => one.pass)).toEqual([1, 2]);
    expect(rebuilds.filter((one) => one.component === 'rpm/b').map((one) => one.pass)).toEqual([1, 2]);
    expect(Math.max(...rebuilds.map((one) => one.pass))).toBe(2);
  });

  it('keeps its order where a second pass would wait for itself', () => {
    const odd = {
      knots: [['rpm/a', 'rpm/b']],
      tiers: 3,
      rebuilds: [rebuild('a', 0, []), rebuild('q', 1, ['a']), rebuild('b', 2, ['q'])],
    };
    expect(withKnots(odd, 'twice')).toBe(odd);
  });

  it('never makes an order in which something stands below what it needs, and loses nothing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), fc.infiniteStream(fc.nat()), (count, chance) => {
        const take = (below: number): number => (chance.next().value as number) % below;
        const names = Array.from({ length: count }, (_, n) => `p${n}`);
        const rebuilds = names.map((name, n) =>
          rebuild(name, n, n === 0 ? [] : [...new Set([names[take(n)]!, names[take(n)]!])]),
        );
        const from = take(count - 1);
        const members = names.slice(from, from + 2 + take(5)).map((name) => `rpm/${name}`);
        const made = withKnots({ rebuilds, knots: [members], tiers: count }, 'twice').rebuilds;
        const tierOf = new Map(made.map((one) => [`${one.component}#${one.pass}`, one.tier]));
        expect(made).toHaveLength(count + members.length);
        for (const one of made) {
          for (const need of one.needs) expect(tierOf.get(`${need.component}#${need.pass}`)).toBeLessThan(one.tier);
        }
      }),
    );
  });
});
