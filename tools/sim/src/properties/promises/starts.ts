import type { RebuildRow } from '@millrace/scheduler/domain/state';
import type { World } from '../../driver/world';
import { isFree, isReleased } from '../needs-of';
import { shortOf } from '../story';
import type { Tale } from '../tale';
import { broken, settled, type Standing, type Watcher } from './promise';

/** Promise 1: it starts on firm ground; the verdict that let others start is kept; what is doubtful does not land. */
export function onFirmGround(): Watcher {
  const passed = new Map<string, string>();
  return {
    changed(world, row, old) {
      if (row.state === 'submitting' && old?.state !== 'submitting') startsFirm(world, row);
      if (row.state === 'validated' && row.passed === null) broken(1, `${shortOf(row)} is validated by no verdict`);
      if (row.state !== 'validated') return;
      const kept = JSON.stringify(row.passed);
      if ((passed.get(row.id) ?? kept) !== kept) broken(1, `the verdict that let ${shortOf(row)} go is not kept`);
      passed.set(row.id, kept);
    },
    stands: ({ rebuilds }) => doubtIsMarked(rebuilds),
    restored: () => passed.clear(),
    ended({ cascades, rebuilds }) {
      for (const { id } of cascades.filter((one) => one.state === 'completed')) {
        const doubtful = rebuilds.find((row) => row.cascade === id && row.doubtful);
        if (doubtful) broken(1, `${id} is completed with ${shortOf(doubtful)}, which is in doubt`);
      }
    },
  };
}

function startsFirm(world: World, row: RebuildRow): void {
  const { rows } = world.store.tables.rebuilds;
  const open = row.needs.filter((id) => !isReleased(rows, id));
  if (open.length > 0) broken(1, `${shortOf(row)} started before ${open.join(', ')}`);
}

/** Whoever waits and needs something in doubt does not count it as there. */
function doubtIsMarked(rebuilds: readonly RebuildRow[]): void {
  const doubtful = new Set(rebuilds.filter((row) => row.doubtful).map((row) => row.id));
  if (doubtful.size === 0) return;
  for (const row of rebuilds) {
    if (row.state !== 'waiting' && row.state !== 'ready') continue;
    const unmarked = row.needs.find((id) => doubtful.has(id) && !row.open.includes(id));
    if (unmarked && !row.fresh) broken(1, `${shortOf(row)} counts ${unmarked} as there, which is in doubt`);
  }
}

/** Promise 2: with `flow` what can start is in the queue; with `lockstep` it waits for the whole lower tier. */
export function inStep(): Watcher {
  return {
    changed(world, row, old) {
      if (row.state !== 'submitting' || old?.state === 'submitting') return;
      const cascade = world.store.tables.cascades.rows.get(row.cascade)!;
      if (cascade.pace !== 'lockstep') return;
      const lower = [...world.store.tables.rebuilds.rows.values()].filter(
        (one) => one.cascade === row.cascade && one.tier < row.tier,
      );
      const late = lower.find((one) => !settled.includes(one.state));
      if (late) broken(2, `${shortOf(row)} started before ${shortOf(late)}`);
    },
    stands({ world, cascades, rebuilds }) {
      const { rows } = world.store.tables.rebuilds;
      for (const cascade of cascades) {
        if (cascade.state !== 'running' || cascade.pace !== 'flow') continue;
        if (cascade.closing || cascade.takingUp || cascade.planning.asked > cascade.planning.made) continue;
        const mine = rebuilds.filter((row) => row.cascade === cascade.id);
        const stuck = mine.find((row) => row.state === 'waiting' && isFree(rows, row));
        if (stuck) broken(2, `${shortOf(stuck)} waits for nothing`);
      }
    },
  };
}

/** Promise 6: not on the same ground once more, and not more often than the policy allows. */
export function builtOnce(tale: Tale): Watcher {
  const builtWith = new Map<string, string>();
  /** Components that a person wanted built once more, as they are. */
  const asked = new Set<string | null>();
  const deeds = tale.deeds.map(({ deed }) => deed.what);
  // A change that was folded in after the backup was lost with the database, and so are the generations that it made.
  const forgets = deeds.includes('restore') && deeds.includes('change');
  return {
    taken(_world, { input }) {
      if (input.type === 'cascade.retry') asked.add(input.component);
    },
    changed(world, row, old) {
      if (row.generation > tale.generations) broken(6, `${shortOf(row)} is one too many`);
      if (row.state !== 'submitting' || old?.state === 'submitting') return;
      const ground = groundOf(world.store.tables.rebuilds.rows, row);
      const earlier = builtWith.get(ground);
      const wanted = asked.has(row.component) || asked.has(null);
      if (earlier !== undefined && earlier !== row.id && !wanted && !forgets) {
        broken(6, `${row.id} is built with what ${earlier} was built with`);
      }
      builtWith.set(ground, row.id);
    },
    ended: landedOnce,
  };
}

/** Source and inputs of a rebuild in its cascade, as words. */
export function groundOf(rows: ReadonlyMap<string, RebuildRow>, row: RebuildRow): string {
  return `${row.cascade} ${row.component} ${row.pass} ${JSON.stringify(row.source)} ${inputsOf(rows, row)}`;
}

/** What it is built with. */
export function inputsOf(rows: ReadonlyMap<string, RebuildRow>, row: RebuildRow): string {
  return row.needs
    .map((id) => rows.get(id))
    .map((need) => `${need?.component} ${need?.state === 'validated' ? need.build : need?.state}`)
    .sort()
    .join();
}

/** Two cascades that ran at one time have not both landed a component, unless one built it when the other had ended. */
function landedOnce({ cascades, rebuilds }: Standing): void {
  const ends = new Map(cascades.map((one) => [one.id, one.state === 'completed' ? one.endedAt! : null]));
  const landed = rebuilds.filter((row) => row.state === 'validated' && (ends.get(row.cascade) ?? null) !== null);
  for (const [n, row] of landed.entries()) {
    const unseen = (one: RebuildRow, other: RebuildRow): boolean => one.startedAt! < ends.get(other.cascade)!;
    const twin = landed
      .slice(n + 1)
      .find(
        (one) => one.component === row.component && one.cascade !== row.cascade && unseen(one, row) && unseen(row, one),
      );
    if (twin) broken(6, `two cascades that ran at once landed ${row.id} and ${twin.id}`);
  }
}
