import { doors, type SourceRef } from '@millrace/contracts';
import type { WorkKind } from '@millrace/engine';
import { AppError, toAppError } from '@millrace/kernel';
import type { ChangeToCheck, Input, NamedComponent, ReportedChange, SeenBuild } from '../domain/input';
import { changeOfSet, type WantedSet } from '../domain/sets/wanted-set';
import type { ReleaseRow } from '../domain/state';
import type { WithdrawnBuild } from '../domain/watch-input';
import { gitSourceOf, headOf, type Heads } from './git-source';
import { releaseNamed, type Outside } from './outside';
import { ownCommits } from './own-commits';
import { inParallel } from './parallel';
import type { Bumps } from './rebuild-source';
import { setFound } from './sets';
import { tellSideTags } from './side-tag-news';
import { hindrance, seenBuild, systemNamed } from './systems';

interface Head {
  readonly component: string;
  readonly url: string;
  readonly commit: string;
}

interface Polled {
  readonly heads: readonly Head[];
  /** Sources that could not be read, where it is not that they are not there; null: all others were. */
  readonly problem: string | null;
}

/** The heads of all sources of a release's components. What cannot be read now is read the next time, and said. */
export function sourcePolling({ read, asker, git }: Outside): WorkKind<{ release: string }, Polled, Input> {
  return {
    kind: 'sources.poll',
    concurrency: 2,
    timeoutMs: 300_000,
    tries: 1,
    run: async ({ release: name }, { signal }) => {
      const release = await releaseNamed(read, name);
      const { components } = await asker.ask(doors.resolver.graph, { release: name });
      const own = components.filter((one) => !one.external && gitSourceOf(release.definition, one.component) !== null);
      const faults: string[] = [];
      const heads = await inParallel(own, 4, async ({ component }) => {
        try {
          const { url, commit } = await headOf(git, release.definition, component, signal);
          return [{ component, url, commit }];
        } catch (thrown) {
          const fault = toAppError(thrown);
          if (fault.kind !== 'missing') faults.push(fault.message);
          return [];
        }
      });
      const [first] = faults;
      const silent = first === undefined ? null : `${faults.length} of ${own.length} sources: ${first}`;
      return { heads: heads.flat(), problem: silent?.slice(0, 1000) ?? null };
    },
    toInput: ({ release }, outcome) => ({
      type: 'sources.polled',
      release,
      heads: outcome.ok ? outcome.value.heads : [],
      problem: outcome.ok ? outcome.value.problem : outcome.fault.message,
    }),
  };
}

interface SeenOrder {
  readonly release: string;
  readonly system: string;
  readonly cursor: string | null;
}

interface Seen {
  readonly builds: readonly SeenBuild[];
  readonly withdrawn: readonly WithdrawnBuild[];
  readonly cursor: string;
}

/** The builds that appeared or ended in a build system since the last look, ours and those made by hand. */
export function buildsWatching({ systems, take }: Outside): WorkKind<SeenOrder, Seen, Input> {
  return {
    kind: 'builds.seen',
    concurrency: 4,
    timeoutMs: 60_000,
    tries: 1,
    run: async ({ release, system, cursor }) => {
      const seen = await systemNamed(systems, system).seen(release, cursor);
      for (const { ref, outcome, note } of seen.results ?? []) {
        const gated = { ref, outcome, note: note.slice(0, 1000) };
        await take({ type: 'build.gated', release, gated }, { id: `gated/${system}/${ref}/${outcome}`, who: system });
      }
      await tellSideTags({ take }, release, system, seen);
      return { builds: seen.builds.map(seenBuild), withdrawn: seen.withdrawn ?? [], cursor: seen.cursor };
    },
    toInput: ({ release, system, cursor }, outcome) => ({
      type: 'builds.seen',
      release,
      system,
      builds: outcome.ok ? outcome.value.builds.filter((one) => one.origin === 'hand') : [],
      withdrawn: outcome.ok ? outcome.value.withdrawn : [],
      cursor: outcome.ok ? outcome.value.cursor : cursor,
      problem: outcome.ok ? null : outcome.fault.message,
    }),
  };
}

/** Looks up the sources of components that somebody named, and whether the release's graph knows them. */
export function changeChecking(outside: Outside, bumps: Bumps): WorkKind<ChangeToCheck, ReportedChange, Input> {
  return {
    kind: 'change.check',
    concurrency: 4,
    timeoutMs: 120_000,
    tries: 4,
    run: async (order, { signal }) => {
      if (order.set) return reportedSet(outside, order, order.set);
      const checked = await checkComponents(outside, order.release, order.components, signal);
      const named = await releaseNamed(outside.read, order.release);
      const commits = order.kind === 'commit' ? checked.components : [];
      const own = await ownCommits(outside.read, bumps, named, commits, signal);
      const components = checked.components.filter((one) => own.every(({ component }) => component !== one.component));
      const { change: id, release, kind, urgency, by, why, message = null } = order;
      const build = kind === 'build' ? await builtAs(outside, order) : null;
      return { id, release, kind, all: false, urgency, by, why, message, build, ...checked, components, own };
    },
    toInput: (order, outcome) =>
      outcome.ok
        ? { type: 'change.reported', release: order.release, change: outcome.value, asked: false }
        : { type: 'change.unchecked', release: order.release, order, fault: hindrance(outcome.fault) },
  };
}

/** The members of a set that another team asks for, and which of them the graph knows. */
async function reportedSet(outside: Outside, order: ChangeToCheck, wanted: WantedSet): Promise<ReportedChange> {
  const { change: id, release, message = null } = order;
  const found = await setFound(outside, release, wanted);
  const { unknown } =
    found.members === 'all' || found.members.length === 0
      ? { unknown: [] }
      : await outside.asker.ask(doors.resolver.impact, { release, members: [...found.members] });
  return { ...changeOfSet(order, wanted, found, unknown), id, message };
}

/** The build that somebody names by its NVR, where a build system of the release has shown it. */
async function builtAs({ read }: Outside, { release, components }: ChangeToCheck): Promise<string | null> {
  const [named] = components;
  if (!named?.nvr || components.length !== 1) return null;
  const newest = { orderBy: '-started_at', limit: 200 };
  const rows = await read.builds.where({ release, component: named.component }, newest);
  return rows.find((row) => row.nvr === named.nvr && row.state === 'complete')?.id ?? null;
}

/** Splits components into those that the graph knows, with their sources, and the unknown ones, with hints. */
export async function checkComponents(
  { read, asker, git }: Outside,
  name: string,
  named: readonly NamedComponent[],
  signal?: AbortSignal,
): Promise<Pick<ReportedChange, 'components' | 'unknown'>> {
  const release = await releaseNamed(read, name);
  const members = [...new Set(named.map((one) => one.component))];
  const { unknown } = await asker.ask(doors.resolver.impact, { release: name, members });
  const strange = new Set(unknown.map((one) => one.component));
  const known = named.filter((one) => !strange.has(one.component));
  const components = await inParallel(known, 4, async (one) => ({
    component: one.component,
    source: await sourceOf(git, release, one, signal),
    nvr: one.nvr ?? null,
  }));
  return { components, unknown };
}

async function sourceOf(
  git: Heads,
  release: ReleaseRow,
  one: NamedComponent,
  signal?: AbortSignal,
): Promise<SourceRef | null> {
  const source = gitSourceOf(release.definition, one.component);
  if (!source) return null;
  if (one.commit === undefined && one.nvr !== undefined) return null;
  if (one.commit === undefined) return headOf(git, release.definition, one.component, signal);
  if (/^[0-9a-f]{40}$/.test(one.commit)) return { kind: 'git', url: source.url, commit: one.commit };
  throw new AppError({
    code: 'commit-malformed',
    kind: 'invalid',
    message: `'${one.commit.slice(0, 60)}' is no full commit of ${one.component}`,
    remedy: 'give all 40 characters, or none to take the head of its branch',
  });
}
