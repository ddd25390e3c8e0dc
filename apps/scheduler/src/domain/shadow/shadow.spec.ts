import { shadowOf, type MadeBuild, type ShadowPlan } from './shadow';

const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;

function made(component: string, from: number, to: number, more: Partial<MadeBuild> = {}): MadeBuild {
  const name = component.split('/')[1]!;
  const of = { component, build: `task-${name}-${to}`, nvr: `${name}-1-${to}`, by: 'ada' };
  return { ...of, startedAt: at(from), endedAt: at(to), state: 'complete', starts: false, because: null, ...more };
}

function plan(cascade: string, minute: number, needs: Readonly<Record<string, readonly string[]>>): ShadowPlan {
  const tierOf = (one: string): number => 1 + Math.max(-1, ...(needs[one] ?? []).map(tierOf));
  const rebuilds = Object.entries(needs).map(([component, below]) => {
    return { component, tier: tierOf(component), path: 0, because: 'it lost libfoo.so.1', needs: below };
  });
  return { cascade, at: at(minute), rebuilds };
}

const chain = plan('c1', 10, { 'rpm/a': [], 'rpm/b': ['rpm/a'], 'rpm/c': ['rpm/b'] });

describe('a shadow report', () => {
  it('lays what people built beside what was planned, each in its order', () => {
    const report = shadowOf([made('rpm/b', 15, 16), made('rpm/a', 11, 12)], [chain]);
    expect(report.people.map((one) => [one.order, one.nvr])).toEqual([
      [1, 'a-1-12'],
      [2, 'b-1-16'],
    ]);
    expect(report.planned.map((one) => [one.order, one.component, one.tier, one.nvr])).toEqual([
      [1, 'rpm/a', 0, 'a-1-12'],
      [2, 'rpm/b', 1, 'b-1-16'],
      [3, 'rpm/c', 2, null],
    ]);
    expect(report.counts).toEqual({
      ...{ people: 2, failed: 0, planned: 3, both: 2, forgotten: 1, wrong_order: 0, missed: 0, changes: 0, own: 0 },
    });
  });

  it('catches what people forgot', () => {
    const { forgotten } = shadowOf([made('rpm/a', 11, 12)], [chain]);
    expect(forgotten.map((one) => one.component)).toEqual(['rpm/b', 'rpm/c']);
    expect(forgotten[0]).toMatchObject({ because: 'it lost libfoo.so.1', plan: 'c1' });
  });

  it('does not take a build that is older than the plan for one of it', () => {
    expect(shadowOf([made('rpm/a', 1, 2)], [chain]).forgotten.map((one) => one.component)).toContain('rpm/a');
  });

  it('catches a wrong order, unless it was put right', () => {
    const early = [made('rpm/b', 11, 13), made('rpm/a', 11, 14)];
    expect(shadowOf(early, [chain]).wrong_order).toEqual([
      { component: 'rpm/b', nvr: 'b-1-13', needs: 'rpm/a', needsNvr: 'a-1-14', plan: 'c1' },
    ]);
    expect(shadowOf([...early, made('rpm/b', 15, 16)], [chain]).wrong_order).toEqual([]);
  });

  it('says what it would have missed, and why; not what started a plan itself', () => {
    const builds = [
      made('rpm/z', 1, 2, { because: 'no rule lets it start' }),
      made('rpm/a', 11, 12),
      made('rpm/lib', 8, 9, { starts: true }),
      made('rpm/x', 11, 12, { state: 'failed' }),
    ];
    const report = shadowOf(builds, [chain]);
    expect(report.missed).toEqual([expect.objectContaining({ component: 'rpm/z', because: 'no rule lets it start' })]);
    expect(report.counts).toMatchObject({ changes: 1, failed: 1, people: 4 });
  });

  it('counts once what several plans foresee, until somebody has built it', () => {
    const plans = [chain, plan('c2', 20, { 'rpm/b': [], 'rpm/c': [] }), plan('c3', 30, { 'rpm/b': [] })];
    const report = shadowOf([made('rpm/b', 12, 13)], plans);
    const told = report.planned.map((one) => `${one.plan} ${one.component} ${one.nvr ?? '-'}`);
    expect(told).toEqual(['c1 rpm/a -', 'c1 rpm/b b-1-13', 'c1 rpm/c -', 'c2 rpm/b -']);
  });
});
