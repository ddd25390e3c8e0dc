import { later, refuse, type Refusal } from '@millrace/kernel';
import { systemsOf } from '../policy';
import type { DurationRow } from '../state';
import type { Turn } from '../turn';
import { clip, commitOf } from '../words';
import { baselineOf } from './baseline';
import type { BaselineInput, FoundBuild, FoundPage } from './baseline-input';
import type { AdoptedSystem, Adoption } from './baseline-rows';
import { owe } from './debt';

type Input<Type extends BaselineInput['type']> = Extract<BaselineInput, { type: Type }>;

/**
 * Imports what the build systems have of a release, page by page. How far it has got is kept with each page, so that it
 * goes on there after a crash. Only reads outside, and starts nothing: what is stale or failing becomes debt.
 */
export function startAdoption(turn: Turn, input: Input<'adoption.start'>): Refusal | { done: boolean; text: string } {
  const { release: name, why, inputs } = input;
  const baseline = baselineOf(turn, name);
  const { adoption } = baseline;
  if (adoption?.state === 'running') {
    const because = `release ${name} is being adopted since ${adoption.startedAt}`;
    return refuse('adoption-running', because, `look at \`millrace release adopt ${name} --status\``, 'conflict');
  }
  const systems = systemsOf(turn.row('releases', name).definition).map(unread);
  const round = (adoption?.round ?? 0) + 1;
  const begun = { round, by: turn.context.who, why, inputs, startedAt: turn.at, endedAt: null, problem: null };
  const next: Adoption = { state: systems.length === 0 ? 'done' : 'running', ...begun, systems };
  turn.put('baselines', { ...baseline, adoption: next });
  for (const system of systems) askForPage(turn, name, next, system, null);
  return { done: true, text: `what ${systems.map((one) => one.name).join(' and ')} has of ${name} is being imported` };
}

/** Builds of a page are kept with the progress: what was read is never read again by this import. */
export function adoptionPaged(turn: Turn, input: Input<'adoption.paged'>): void {
  const { release, system: name, page } = input;
  const { adoption, system } = awaited(turn, input);
  if (!adoption || !system) return;
  const learned = page.builds.filter((build) => learn(turn, release, build)).length;
  for (const build of page.builds) keep(turn, release, name, build);
  const next = readOn(system, page, learned);
  const whole = turned(adoption, next);
  const isOver = whole.systems.every((one) => one.done);
  const ended = isOver ? ({ state: 'done', endedAt: turn.at } as const) : {};
  turn.put('baselines', { ...baselineOf(turn, release), adoption: { ...whole, ...ended, problem: null } });
  if (!next.done) askForPage(turn, release, adoption, next, null);
}

/** A build system that is away is asked again; what it refuses for good ends the import, which can be started again. */
export function adoptionBroke(turn: Turn, input: Input<'adoption.broke'>): void {
  const { release, fault } = input;
  const { adoption, system } = awaited(turn, input);
  if (!adoption || !system) return;
  const problem = clip(`${system.name}: ${fault.message}${fault.remedy ? ` (${fault.remedy})` : ''}`, 1000);
  const fails = fault.kind !== 'unavailable' && fault.kind !== 'conflict' && fault.kind !== 'bug';
  const ended = fails ? ({ state: 'failed', endedAt: turn.at } as const) : {};
  turn.put('baselines', { ...baselineOf(turn, release), adoption: { ...adoption, ...ended, problem } });
  if (!fails) askForPage(turn, release, adoption, system, later(turn.at, 15_000));
}

function unread(name: string): AdoptedSystem {
  return { name, cursor: null, done: false, pages: 0, builds: 0, total: 0, places: [], owners: 0, durations: 0 };
}

function askForPage(turn: Turn, release: string, adoption: Adoption, system: AdoptedSystem, at: string | null): void {
  const { round, inputs } = adoption;
  const order = { release, system: system.name, round, from: system.cursor, inputs };
  turn.work('adoption.page', `${release}/${system.name}/${turn.context.id}`, order, at ?? undefined);
}

/** The import and the build system that a page belongs to; none where it is late. */
function awaited(turn: Turn, { release, system: name, round, from }: Input<'adoption.paged' | 'adoption.broke'>) {
  const { adoption } = baselineOf(turn, release);
  if (adoption?.state !== 'running' || adoption.round !== round) return { adoption: null, system: null };
  const system = adoption.systems.find((one) => one.name === name && !one.done && one.cursor === from) ?? null;
  return { adoption, system };
}

function readOn(system: AdoptedSystem, { builds, cursor, total, places }: FoundPage, learned: number): AdoptedSystem {
  return {
    ...system,
    ...{ cursor, done: cursor === null, total, places: [...places] },
    pages: system.pages + 1,
    builds: system.builds + builds.length,
    owners: system.owners + builds.filter((one) => one.owner !== null).length,
    durations: system.durations + learned,
  };
}

function turned(adoption: Adoption, next: AdoptedSystem): Adoption {
  return { ...adoption, systems: adoption.systems.map((one) => (one.name === next.name ? next : one)) };
}

/** How long it took is known from now on, where no build of ours has shown it. */
function learn(turn: Turn, release: string, { component, durationMs }: FoundBuild): boolean {
  const id = `${release}/${component}`;
  if (durationMs === null || durationMs <= 0 || turn.find('durations', id)) return false;
  const row: DurationRow = { id, revision: 0, release, component, recent: [durationMs], typical: durationMs };
  turn.put('durations', row);
  return true;
}

function keep(turn: Turn, release: string, system: string, { ref: build, failure, ...found }: FoundBuild): void {
  const { component, source } = found;
  const id = `${release}/${component}`;
  const revision = turn.find('adopted', id)?.revision ?? 0;
  turn.put('adopted', { id, revision, release, system, build, ...found });
  if (failure) {
    const at = failure.at === null ? '' : ` at ${failure.at}`;
    owe(turn, release, component, 'failing', `${failure.nvr} failed${at}, after ${found.nvr} (${failure.ref})`);
  }
  const head = turn.find('sources', id);
  const commit = commitOf(source);
  if (head && source?.kind === 'git' && commit !== null) oweStale(turn, head, found.nvr, commit);
}

/** Its source has moved on since it was built: the head that it has now is no news. */
export function oweStale(
  turn: Turn,
  head: { readonly id: string; readonly release: string; readonly component: string; readonly commit: string },
  nvr: string,
  commit: string,
): void {
  if (head.commit === commit) return;
  const because = `${nvr} was built from ${commit.slice(0, 8)}, and its source is at ${head.commit.slice(0, 8)}`;
  owe(turn, head.release, head.component, 'stale', because);
  const row = turn.find('sources', head.id);
  if (row) turn.put('sources', { ...row, told: row.commit });
}
