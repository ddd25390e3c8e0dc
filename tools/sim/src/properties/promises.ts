import { events } from '@millrace/contracts';
import { moment, type BusEffect } from '@millrace/kernel';
import type { CascadeRow, RebuildRow } from '@millrace/scheduler/domain/state';
import type { Taken, World } from '../driver/world';
import { hasGrounds, isFree, isReleased } from './needs-of';
import { shortOf, type Story } from './story';
import type { Tale } from './tale';

const settled = ['validated', 'skipped', 'unneeded', 'cancelled'];
const underWay = ['submitting', 'building'];

/** The scheduler's promises, each looked at on its own: nothing here asks the scheduler's code whether it was right. */
export class Promises {
  private readonly builtWith = new Map<string, string>();
  private readonly named = new Map<string, string>();
  /** Components that a person wanted built once more, as they are. */
  private readonly asked = new Set<string | null>();

  constructor(
    private readonly tale: Tale,
    private readonly story: Story,
  ) {}

  /** After each decision: what it did to the rows that it touched, and what it said. */
  taken(world: World, { input, before, after, effects, refusal }: Taken): void {
    if (refusal && (!refusal.because || !refusal.remedy)) broken('a refusal says why and what to do', input.type);
    if (input.type === 'cascade.retry') this.asked.add(input.component);
    for (const [id, row] of after.rebuilds) {
      const old = before.rebuilds.get(id);
      if (old !== row) this.rebuildChanged(world, old, row);
    }
    const proven = input.type !== 'build.adopt';
    for (const [id, row] of proven ? after.builds : []) {
      const adopted =
        row.standing === 'adopted' && row.origin === 'hand' && before.builds.get(id)?.standing !== 'adopted';
      if (adopted) this.adopted(world, id, row.rebuild!);
    }
    for (const effect of effects) if (effect.lane === 'bus') this.said(effect);
  }

  /** Whenever all that followed at once has been decided: what must hold of everything there is. */
  afterStep(world: World): void {
    if ((world.nextMs ?? Infinity) <= world.nowMs) return;
    const rows = [...world.store.tables.rebuilds.rows.values()];
    for (const cascade of world.store.tables.cascades.rows.values()) {
      const mine = rows.filter((row) => row.cascade === cascade.id);
      counted(cascade, mine);
      if (cascade.state === 'running') this.goesOn(world, cascade, mine);
    }
    const busy = rows.filter((row) => underWay.includes(row.state)).length;
    if (busy > this.tale.builders)
      broken('capacity is never exceeded', `${busy} builds on ${this.tale.builders} builders`);
    const granted = [...world.store.tables.capacity.rows.values()].reduce((sum, row) => sum + row.granted.length, 0);
    if (granted !== busy)
      broken('who holds a slot builds, and the other way round', `${granted} slots for ${busy} builds`);
  }

  /** At the end of a tale. */
  ended(world: World): void {
    const rows = [...world.store.tables.rebuilds.rows.values()];
    for (const cascade of world.store.tables.cascades.rows.values()) {
      const mine = rows.filter((row) => row.cascade === cascade.id);
      if (cascade.state === 'planning' || cascade.state === 'running') {
        broken('a cascade ends, or names whom it waits for', `${cascade.id} is ${cascade.state} and nothing moves`);
      }
      if (cascade.state === 'completed') this.complete(cascade, mine);
      if (cascade.state === 'stalled') this.stalled(cascade, mine, rows);
    }
    landedOnce([...world.store.tables.cascades.rows.values()], rows);
  }

  private rebuildChanged(world: World, old: RebuildRow | undefined, row: RebuildRow): void {
    if (old && settled.includes(old.state) && old.state !== row.state) {
      broken('what is settled never changes back', `${shortOf(row)} went from ${old.state} to ${row.state}`);
    }
    if (row.state === 'submitting' && old?.state !== 'submitting') this.started(world, row);
  }

  /** Rules 1 and 2 and 6: it starts on firm ground, and not on the same ground once more. */
  private started(world: World, row: RebuildRow): void {
    const rows = world.store.tables.rebuilds.rows;
    const open = row.needs.filter((id) => !isReleased(rows, id));
    if (open.length > 0)
      broken('nothing starts before what it needs', `${shortOf(row)} started before ${open.join(', ')}`);
    const cascade = world.store.tables.cascades.rows.get(row.cascade)!;
    if (cascade.pace === 'lockstep') {
      const lower = [...rows.values()].filter((one) => one.cascade === row.cascade && one.tier < row.tier);
      const late = lower.find((one) => !settled.includes(one.state));
      if (late) broken('lockstep waits for the whole lower tier', `${shortOf(row)} started before ${shortOf(late)}`);
    }
    const ground = `${row.cascade} ${row.component} ${row.pass} ${JSON.stringify(row.source)} ${groundOf(rows, row)}`;
    const earlier = this.builtWith.get(ground);
    const wanted = this.asked.has(row.component) || this.asked.has(null);
    if (earlier !== undefined && earlier !== row.id && !wanted && !this.isForgotten()) {
      broken(
        'nothing is built twice for one state of its inputs',
        `${row.id} is built with what ${earlier} was built with`,
      );
    }
    this.builtWith.set(ground, row.id);
  }

  /** A change that was folded in after the backup was lost with the database, and so are the generations that it made. */
  private isForgotten(): boolean {
    const deeds = this.tale.deeds.map(({ deed }) => deed.what);
    return deeds.includes('restore') && deeds.includes('change');
  }

  /** Rule 5: the build root held this cascade's builds of all that it needs. */
  private adopted(world: World, build: string, rebuild: string): void {
    const rows = world.store.tables.rebuilds.rows;
    const { contents } = world.farm.ended(build);
    for (const id of rows.get(rebuild)!.needs) {
      const need = rows.get(id)!;
      if (need.state !== 'validated') continue;
      const used = contents!.inputs.find((input) => input.component === need.component);
      if (used && used.build !== need.build) {
        broken('only what is proven is adopted', `${build} was built with ${used.nvr}, and there is ${need.nvr}`);
      }
    }
  }

  private said({ event, data }: BusEffect): void {
    events.get(event)!.data.parse(data);
    if (/^millrace\.scheduler\.(cascade\.stalled|rebuild\.failed|rebuild\.rejected)\./.test(event)) {
      const { cascade } = data as { cascade: string };
      this.named.set(cascade, `${this.named.get(cascade) ?? ''} ${JSON.stringify(data)}`);
    }
  }

  /** Rules 2 and 3: with `flow`, what can start is in the queue; and no builder is idle while the queue is not empty. */
  private goesOn(world: World, cascade: CascadeRow, mine: readonly RebuildRow[]): void {
    const rows = world.store.tables.rebuilds.rows;
    if (cascade.closing || cascade.takingUp || cascade.planning.asked > cascade.planning.made) return;
    const stuck = mine.find((row) => row.state === 'waiting' && cascade.pace === 'flow' && isFree(rows, row));
    if (stuck) broken('flow starts a rebuild the moment it can', `${shortOf(stuck)} waits for nothing`);
    const [slots] = world.store.tables.capacity.rows.values();
    const queued = mine.find(
      (row) => row.state === 'ready' && !row.held && (row.notBefore ?? '') < moment(world.nowMs),
    );
    const idle = slots !== undefined && slots.downSince === null && slots.granted.length < slots.limit;
    if (queued && idle && cascade.ramp.allowed === null)
      broken('no builder is idle while somebody waits', shortOf(queued));
    const unplanned = !mine.some((row) => ['ready', ...underWay, 'gating'].includes(row.state));
    if (unplanned && mine.length > 0 && mine.some((row) => !settled.includes(row.state)) && world.isQuiet) {
      broken('a cascade in which nothing moves says so', `${cascade.id} is running`);
    }
  }

  private complete(cascade: CascadeRow, mine: readonly RebuildRow[]): void {
    const open = mine.find((row) => !settled.includes(row.state));
    if (open)
      broken('what is complete has nothing open', `${cascade.id} is completed with ${shortOf(open)} ${open.state}`);
    const doubtful = mine.find((row) => row.doubtful);
    if (doubtful) broken('what is doubtful does not land', `${cascade.id} is completed with ${shortOf(doubtful)}`);
  }

  /** Rules 3 and 12: whoever waits, waits for a failure or a person; and the event has named them. */
  private stalled(cascade: CascadeRow, mine: readonly RebuildRow[], all: readonly RebuildRow[]): void {
    const rows = new Map(all.map((row) => [row.id, row]));
    const groundless = mine.find((row) => row.state === 'waiting' && cascade.pace === 'flow' && !hasGrounds(rows, row));
    if (groundless)
      broken('a failure blocks only what needs it', `${shortOf(groundless)} waits in a stalled cascade for no failure`);
    // Who is doubted only for what it was built on waits for that.
    const doubted = (row: RebuildRow): boolean => row.doubtful && row.verdict !== 'passed';
    const bad = mine.filter((row) => row.state === 'failed' || row.state === 'rejected' || doubted(row));
    const words = this.named.get(cascade.id) ?? '';
    const unnamed = bad.find((row) => !words.includes(row.component));
    if (unnamed) broken('a stalled cascade names whom it waits for', `${shortOf(unnamed)} is named nowhere`);
  }
}

function groundOf(rows: ReadonlyMap<string, RebuildRow>, row: RebuildRow): string {
  return row.needs
    .map((id) => rows.get(id))
    .map((need) => `${need?.component} ${need?.state === 'validated' ? need.build : need?.state}`)
    .sort()
    .join();
}

function counted(cascade: CascadeRow, mine: readonly RebuildRow[]): void {
  const counts = new Map<string, number>();
  for (const row of mine) counts.set(row.state, (counts.get(row.state) ?? 0) + 1);
  for (const [state, count] of Object.entries(cascade.counts)) {
    if (count !== (counts.get(state) ?? 0))
      broken('counts are true', `${cascade.id} counts ${count} ${state} of ${counts.get(state) ?? 0}`);
  }
  const open = mine.filter((row) => !settled.includes(row.state)).length;
  const byTier = Object.values(cascade.openByTier).reduce((sum, count) => sum + count, 0);
  if (open !== byTier) broken('counts are true', `${cascade.id} counts ${byTier} open rebuilds of ${open}`);
}

/** Two cascades that ran at one time have not both landed a component, unless one built it when the other had ended. */
function landedOnce(cascades: readonly CascadeRow[], rows: readonly RebuildRow[]): void {
  const ends = new Map(cascades.map((one) => [one.id, one.state === 'completed' ? one.endedAt! : null]));
  const landed = rows.filter((row) => row.state === 'validated' && (ends.get(row.cascade) ?? null) !== null);
  for (const [n, row] of landed.entries()) {
    const unseen = (one: RebuildRow, other: RebuildRow): boolean => one.startedAt! < ends.get(other.cascade)!;
    const twin = landed
      .slice(n + 1)
      .find(
        (one) => one.component === row.component && one.cascade !== row.cascade && unseen(one, row) && unseen(row, one),
      );
    if (twin) broken('what two cascades build at once lands once', `${row.id} and ${twin.id}`);
  }
}

/** @throws always: a promise is broken */
function broken(promise: string, how: string): never {
  throw new BrokenPromise(`BROKEN: ${promise}: ${how}`);
}

class BrokenPromise extends Error {
  override readonly stack = this.message;
}
