import { buildOne, type World } from './build-system-world';
import type { InventoryBuild } from './inventory';

/** What every build system that can say what a release has promises about it. */
export function describeInventory(world: World): void {
  const all = async (inputs: boolean): Promise<readonly InventoryBuild[]> => {
    const found: InventoryBuild[] = [];
    for (let cursor: string | null = null; ;) {
      const page = await world().connect().inventory!(world().release, cursor, { inputs });
      found.push(...page.builds);
      cursor = page.cursor;
      if (cursor === null) return found;
    }
  };

  it('tells what the release has: of each component the build that landed last, with what it was built with', async () => {
    if (!world().connect().inventory) return;
    const system = world().connect();
    const place = await system.open(world().release, 'inventory');
    const library = await buildOne(world(), 'library', 'inventory', 'library');
    await system.admit(library.ref, place);
    const program = await buildOne(world(), 'program', 'inventory', 'program', { needs: [library.ref] });
    await system.admit(program.ref, place);
    const before = (await all(false)).map((one) => one.ref);
    expect(before).not.toContain(program.ref);
    await system.close(place, 'landed');
    const after = await world().connect().inventory!(world().release, null, { inputs: true });
    expect(after.places).toHaveLength(1);
    const found = await all(true);
    expect(after.total).toBe(found.length);
    const of = (component: string) => found.find((one) => one.component === component);
    expect(of(library.component)).toMatchObject({ ref: library.ref, nvr: library.nvr, failure: null });
    expect(of(program.component)).toMatchObject({ ref: program.ref, completedAt: program.endedAt });
    expect(of(program.component)!.durationMs).toBeGreaterThanOrEqual(0);
    expect(of(program.component)!.inputs).toContain(library.nvr);
    expect([...found].sort((a, b) => (a.component < b.component ? -1 : 1))).toEqual(found);
    expect((await all(false)).every((one) => one.inputs === null)).toBe(true);
  });
}
