import { buildOne, type World } from './build-system-world';

/** What every build system that lists what a release has promises about that list. */
export function describeBase(world: World): void {
  it('lists the newest build of each component that has landed, and says which of landed ones are there no more', async () => {
    const system = world().connect();
    if (!system.base) return;
    const { release } = world();
    const place = await system.open(release, 'listed');
    const first = await buildOne(world(), 'library', 'listed', 'first');
    await system.admit(first.ref, place);
    const { component } = first;
    const newest = async () =>
      (await world().connect().base!.newest(release)).find((one) => one.component === component);
    expect((await newest())?.ref).not.toBe(first.ref);
    await system.close(place, 'landed');
    expect(await newest()).toEqual({ component, ref: first.ref, nvr: first.nvr, completedAt: first.endedAt });
    const next = await system.open(release, 'listed-next');
    const second = await buildOne(world(), 'library', 'listed-next', 'second');
    await system.admit(second.ref, next);
    await system.close(next, 'landed');
    expect((await system.base.newest(release)).find((one) => one.component === component)?.ref).toBe(second.ref);
    const kept = await system.open(release, 'listed-kept');
    const side = await buildOne(world(), 'program', 'listed-kept', 'side', { needs: [second.ref] });
    await system.admit(side.ref, kept);
    await system.close(kept, 'kept');
    const builds = [second, side].map((one) => ({ ref: one.ref, component: one.component, nvr: one.nvr! }));
    expect(await system.base.gone(release, builds)).toMatchObject([{ ref: side.ref, how: 'untagged', by: null }]);
    expect(await system.base.gone(release, [])).toEqual([]);
  });
}
