import { doors } from '@millrace/contracts';
import type { WorkKind } from '@millrace/engine';
import { sha256, type ComponentId } from '@millrace/kernel';
import type { FoundBuild, FoundPage } from '../domain/baseline/baseline-input';
import type { Input } from '../domain/input';
import type { Outside } from './outside';
import { hindrance, systemNamed } from './systems';

interface PageOrder {
  readonly release: string;
  readonly system: string;
  readonly round: number;
  readonly from: string | null;
  readonly inputs: boolean;
}

/** Reads a page of what a build system has of a release. Only reads: made again after a crash it is the same page. */
export function adoptionPaging({ systems }: Outside): WorkKind<PageOrder, FoundPage, Input> {
  return {
    kind: 'adoption.page',
    concurrency: 2,
    timeoutMs: 300_000,
    tries: 3,
    run: async ({ release, system: name, from, inputs }) => {
      const system = systemNamed(systems, name);
      // What a build system cannot tell is left out.
      if (!system.inventory) return { builds: [], cursor: null, total: 0, places: [] };
      const { builds, ...page } = await system.inventory(release, from, { inputs });
      return { builds: builds.map((one): FoundBuild => ({ ...one })), ...page };
    },
    toInput: ({ release, system, round, from }, outcome) => {
      const about = { release, system, round, from };
      return outcome.ok
        ? { type: 'adoption.paged', ...about, page: outcome.value }
        : { type: 'adoption.broke', ...about, fault: hindrance(outcome.fault) };
    },
  };
}

interface LookOrder {
  readonly release: string;
  readonly snapshot: string;
  /** It is the baseline; else only what was broken and is not any more is looked for. */
  readonly first: boolean;
}

/** Requirements of one page, and components that one decision takes. */
const pageSize = 10_000;
const sliceSize = 250;
/** A first import may miss whole repositories: beyond this the rest is only counted. */
const mostOwed = 5000;

/** What nothing satisfies in a snapshot: of the first one it is owed, of a later one what is still owed is compared. */
export function baselineLooking(outside: Outside): WorkKind<LookOrder, number, Input> {
  return {
    kind: 'baseline.look',
    concurrency: 1,
    timeoutMs: 300_000,
    tries: 3,
    run: (order) => (order.first ? foundIn(outside, order) : mendedIn(outside, order)),
    toInput: ({ release, snapshot }, outcome) =>
      outcome.ok
        ? { type: 'baseline.looked', release, snapshot, total: outcome.value }
        : { type: 'baseline.unlooked', release, snapshot, fault: hindrance(outcome.fault) },
  };
}

async function foundIn(outside: Outside, { release, snapshot }: LookOrder): Promise<number> {
  const { total, broken } = await brokenIn(outside, release, snapshot);
  const all = [...broken].slice(0, mostOwed).map(([component, requirements]) => ({ component, requirements }));
  await inSlices(all, (part) =>
    take(outside, { type: 'baseline.found', release, snapshot, broken: part }, `${release}/${snapshot}`),
  );
  return total;
}

async function mendedIn(outside: Outside, { release, snapshot }: LookOrder): Promise<number> {
  const rows = await outside.read.debts.where({ release, kind: 'broken' }, { orderBy: 'id', limit: mostOwed });
  const owed = rows.filter((row) => row.settledAt === null);
  if (owed.length === 0) return 0;
  const { total, broken } = await brokenIn(outside, release, snapshot);
  const mended = owed.map((row) => row.component).filter((component) => !broken.has(component));
  await inSlices(mended, (part) =>
    take(outside, { type: 'debt.mended', release, snapshot, components: part }, `${release}/${snapshot}`),
  );
  return total;
}

async function brokenIn({ asker }: Outside, release: string, snapshot: string) {
  const broken = new Map<ComponentId, string[]>();
  for (let offset = 0; ; offset += pageSize) {
    const page = await asker.ask(doors.resolver.unresolved, { release, snapshot, limit: pageSize, offset });
    for (const { component, requirement } of page.unresolved) {
      const known = broken.get(component) ?? [];
      if (known.length < 20) known.push(requirement.slice(0, 300));
      broken.set(component, known);
    }
    if (offset + pageSize >= page.total || page.unresolved.length === 0) return { total: page.total, broken };
  }
}

async function inSlices<T>(all: readonly T[], each: (part: readonly T[]) => Promise<void>): Promise<void> {
  for (let n = 0; n < all.length; n += sliceSize) await each(all.slice(n, n + sliceSize));
}

async function take({ take: give }: Outside, input: Input, about: string): Promise<void> {
  await give(input, { id: `${input.type}/${about}/${sha256(JSON.stringify(input))}`, who: 'scheduler' });
}
