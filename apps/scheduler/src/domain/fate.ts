import { fold } from './fold';
import type { ReportedChange } from './input';
import { hasStarted } from './needs';
import { barOf } from './policy';
import { retry } from './retry';
import { rootSuperseded } from './superseded';
import type { CascadeRow, ChangedComponent, RebuildRow, ReleaseRow } from './state';
import { isSettled } from './transitions';
import type { Turn } from './turn';
import { commitOf } from './words';

/** What becomes of one changed component. */
export interface Fate {
  /** It needs a cascade: this one when none runs, else the next. */
  readonly goesOn: boolean;
  /** The running cascade that it joined. */
  readonly joined: string | null;
  readonly because: string;
}

export function fateOf(
  turn: Turn,
  release: ReleaseRow,
  live: readonly CascadeRow[],
  change: ReportedChange,
  one: ChangedComponent,
): Fate {
  const { component } = one;
  // It was named by hand, whatever became of it before; the plan says what a policy keeps back.
  if (change.kind === 'set') return { goesOn: true, joined: null, because: '' };
  const bar = barOf(release.definition, component);
  if (bar) return ignored(`${component}: ${bar.because}`);
  const commit = commitOf(one.source);
  const running = live.find((cascade) => memberOf(turn, cascade, component) !== undefined);
  const member = running && memberOf(turn, running, component);
  if (change.kind === 'build') return fateOfBuild(turn, release, member, change, one);
  if (running && member) return fateOfMember(turn, { release, running, member }, one, change);
  const validated = turn.find('validated', `${release.id}/${component}`);
  if (change.kind === 'commit' && commit !== null && commitOf(validated?.source ?? null) === commit) {
    return ignored(`${component}: ${validated!.nvr} was built from commit ${commit.slice(0, 8)} and is validated`);
  }
  return { goesOn: true, joined: null, because: '' };
}

interface Member {
  readonly release: ReleaseRow;
  readonly running: CascadeRow;
  readonly member: RebuildRow;
}

function fateOfMember(
  turn: Turn,
  { release, running, member }: Member,
  one: ChangedComponent,
  change: ReportedChange,
): Fate {
  const { component, cascade } = member;
  const commit = commitOf(one.source);
  const same = commit !== null && commit === commitOf(member.source);
  const failed = member.state === 'failed' || member.state === 'rejected';
  if (change.kind === 'missing' || change.kind === 'snapshot') {
    if (member.state === 'validated' || !isSettled(member.state)) {
      return joined(cascade, `${component} is ${member.state} in the running cascade ${cascade}`);
    }
    return { goesOn: true, joined: null, because: '' };
  }
  if (failed && !same) {
    rootSuperseded(turn, running, one, 'it had failed, and is built again from the new source');
    retry(turn, member.id, one.source, `${change.by}: ${change.why}`);
    return joined(
      cascade,
      `${component} had ${member.state} in cascade ${cascade} and is built again from the new source`,
    );
  }
  if (same) return ignored(`${component}: cascade ${cascade} builds it from commit ${commit.slice(0, 8)} already`);
  if (!hasStarted(member)) {
    rootSuperseded(turn, running, one, 'it had not started, and is built from the new source');
    takeSource(turn, member, one);
    return joined(cascade, `${component} was not started yet in cascade ${cascade}: it is built from the new source`);
  }
  const why = `${component} changed once more: ${change.why || change.by}`;
  const not = fold(turn, release, running, member, { one, why });
  const then =
    not === null ? 'it is built once more, and only what was built on it' : `the next cascade builds it: ${not}`;
  rootSuperseded(turn, running, one, then);
  if (not === null)
    return joined(cascade, `${component} is built once more in cascade ${cascade}, and what was built on it`);
  return { goesOn: true, joined: null, because: not };
}

/** A finished build is taken as it is, by a cascade of its own. */
function fateOfBuild(
  turn: Turn,
  release: ReleaseRow,
  member: RebuildRow | undefined,
  { build }: ReportedChange,
  { component, nvr }: ChangedComponent,
): Fate {
  const name = nvr ?? build ?? component;
  if (!build) return ignored(`${component}: no build system of the release has shown the build ${name}`);
  if (member) {
    const command = `millrace build adopt ${build} ${member.cascade}`;
    return ignored(`${component} is ${member.state} in cascade ${member.cascade}, which can take ${name}: ${command}`);
  }
  const validated = turn.find('validated', `${release.id}/${component}`);
  if (validated?.build === build) return ignored(`${component}: ${name} is its validated build already`);
  return { goesOn: true, joined: null, because: '' };
}

/** Every pass of a component that has not started is built from the new source. */
function takeSource(turn: Turn, member: RebuildRow, one: ChangedComponent): void {
  for (const row of turn.all('rebuilds')) {
    const same = row.cascade === member.cascade && row.component === member.component;
    // Whatever its needs turn out to offer: it has changed itself.
    const must = row.must ?? 'it changed while the cascade ran';
    if (same && !hasStarted(row)) turn.put('rebuilds', { ...row, source: one.source ?? row.source, must });
  }
}

function memberOf(turn: Turn, cascade: CascadeRow, component: string): RebuildRow | undefined {
  const rows = turn.all('rebuilds').filter((row) => row.cascade === cascade.id && row.component === component);
  const failed = rows.find((row) => row.state === 'failed' || row.state === 'rejected');
  return failed ?? rows.sort((a, b) => b.generation - a.generation || b.pass - a.pass)[0];
}

function ignored(because: string): Fate {
  return { goesOn: false, joined: null, because };
}

function joined(cascade: string, because: string): Fate {
  return { goesOn: false, joined: cascade, because };
}
