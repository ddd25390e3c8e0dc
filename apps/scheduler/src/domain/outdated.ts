import { digestOf } from '@millrace/kernel';
import { check } from './changes';
import { barOf, systemsOf } from './policy';
import type { SourceRow, ValidatedRow } from './state';
import type { Turn } from './turn';
import type { WatchInput } from './watch-input';
import { commitOf, listed } from './words';

/** Validated builds that one decision compares with their sources. */
export const outdatedSlice = 500;

/**
 * Compares the newest validated builds with the heads of their sources: one that was built from another commit, and of
 * which no change waits, is reported as a change, once for each head. Whatever message was lost, nothing stays outdated.
 * The slice holds the next builds in the order of their ids, with their sources, and the changes that wait.
 */
export function reconcileRelease(turn: Turn, input: Extract<WatchInput, { type: 'release.reconcile' }>): void {
  const { release, after } = input;
  const { definition } = turn.row('releases', release);
  const builds = turn.all('validated').filter((row) => row.release === release && row.id > after);
  const awaited = waitedFor(turn);
  const outdated = builds.flatMap((build) => {
    const source = turn.find('sources', build.id);
    if (!source || !isOutdated(build, source) || awaited.has(build.component)) return [];
    return barOf(definition, build.component) ? [] : [{ build, source }];
  });
  for (const { source } of outdated) turn.put('sources', { ...source, told: source.commit });
  if (outdated.length > 0) report(turn, release, outdated);
  if (after === '') lookOutside(turn, release);
  const ids = builds.map((row) => row.id).sort();
  if (ids.length >= outdatedSlice) turn.self({ type: 'release.reconcile', release, after: ids.at(-1)! });
}

/**
 * What others would have told may have been lost: the resolver says which snapshot of its graph is the newest, the build
 * systems list what they have of the release, and where forges tell of pushes (and nobody polls) the heads of the sources are read. The slice holds the first of the sources.
 */
function lookOutside(turn: Turn, release: string): void {
  const { definition } = turn.row('releases', release);
  turn.work('graph.look', `${release}/${turn.context.id}`, { release });
  for (const system of systemsOf(definition)) {
    turn.work('base.look', `${release}/${system}/${turn.context.id}`, { release, system });
  }
  const isTold = turn.all('sources').some((row) => row.release === release && row.pushedAt !== undefined);
  if (isTold && !definition.triggers.git) turn.work('sources.poll', `${release}/${turn.context.id}`, { release });
}

/** The resolver's newest snapshot: one that nobody told of is taken as told. null: it could not say. */
export function graphLooked(turn: Turn, { release, snapshot }: Extract<WatchInput, { type: 'graph.looked' }>): void {
  if (snapshot === null || turn.row('releases', release).snapshot === snapshot) return;
  turn.self({ type: 'graph.published', release, snapshot });
}

function isOutdated({ source: built }: ValidatedRow, source: SourceRow): boolean {
  const commit = commitOf(built);
  return built?.kind === 'git' && built.url === source.url && commit !== source.commit && source.told !== source.commit;
}

function waitedFor(turn: Turn): ReadonlySet<string> {
  const waiting = turn.all('changes').filter((change) => change.outcome === 'waits');
  return new Set(waiting.flatMap((change) => change.components.map((one) => one.component)));
}

interface Outdated {
  readonly build: ValidatedRow;
  readonly source: SourceRow;
}

function report(turn: Turn, release: string, outdated: readonly Outdated[]): void {
  const change = `ch-${digestOf([release, turn.context.id, 'outdated']).slice(7, 19)}`;
  const components = outdated.map(({ source: { component, commit } }) => ({ component, commit }));
  const names = components.map((one) => one.component);
  const why = `${listed(names)}: the newest validated build is of another commit than the head of its source`;
  const of = { change, release, kind: 'commit', components, urgency: 'normal', by: 'reconcile' } as const;
  check(turn, { ...of, why, times: 0 });
}
