import { msBetween } from '@millrace/kernel';
import { nvrOf, type ModuleBuild } from '@millrace/mbs';
import {
  inventoryPage,
  type Inventory,
  type InventoryBuild,
  type InventoryWish,
  type NewerFailure,
} from '../inventory';
import { allSubmissions, type Submission } from './book';
import { endedAt, inputsOf, nameOf, sourceOf, timeOf } from './look';
import { idsOf, refOf } from './ref';
import { baseOf } from './seen';
import type { MbsParts } from './settings';

/** The service's list is read whole, and pages are asked for one after another. */
const keptMs = 10 * 60_000;
/** Module builds of one base that are looked through. */
const mostBuilds = 20_000;

/** The newest build of each module stream for the release's base module, all its expansions as one. Only reads. */
export async function inventoryOf(
  parts: MbsParts,
  release: string,
  cursor: string | null,
  wish: InventoryWish,
): Promise<Inventory> {
  const { all, place } = await listOf(parts, release);
  const page = all.filter(({ component }) => cursor === null || component > cursor).slice(0, inventoryPage);
  const isLast = page.length < inventoryPage || page.at(-1) === all.at(-1);
  const builds = page.map(({ inputs, ...one }) => ({ ...one, inputs: wish.inputs ? inputs : null }));
  return { builds, cursor: isLast ? null : page.at(-1)!.component, total: all.length, places: place ? [place] : [] };
}

interface Listed {
  readonly all: readonly InventoryBuild[];
  /** The base module; null: the release builds no modules here. */
  readonly place: string | null;
  readonly at: number;
}

const lists = new WeakMap<MbsParts, Map<string, Listed>>();

async function listOf(parts: MbsParts, release: string): Promise<Listed> {
  const known = lists.get(parts) ?? new Map<string, Listed>();
  lists.set(parts, known);
  const before = known.get(release);
  if (before && Date.now() - before.at < keptMs) return before;
  const target = await parts.options.target(release);
  const place = target && (target.target || 'every base module');
  const all = target ? await newestOf(parts, target.target) : [];
  const listed = { all, place, at: Date.now() };
  known.set(release, listed);
  return listed;
}

async function newestOf(parts: MbsParts, target: string): Promise<readonly InventoryBuild[]> {
  const { mbs, options } = parts;
  const good = options.completeAt === 'done' ? (['done', 'ready'] as const) : (['ready'] as const);
  const listed = await mbs.builds({ ...baseOf(target), state: [...good, 'failed'] }, mostBuilds, 'plain');
  const submissions = await allSubmissions(parts);
  const streams = new Map<string, ModuleBuild[]>();
  for (const build of listed.filter((one) => one.scratch !== true)) {
    const component = `module/${build.name}:${build.stream}`;
    streams.set(component, [...(streams.get(component) ?? []), build]);
  }
  const found = [...streams].flatMap(([component, builds]) => newestBuild(component, builds, submissions));
  return found.sort((a, b) => (a.component < b.component ? -1 : 1));
}

/** Expansions of one submission have one version; a newer version that failed is told beside. */
function newestBuild(
  component: string,
  builds: readonly ModuleBuild[],
  submissions: readonly Submission[],
): InventoryBuild[] {
  const good = builds.filter((one) => one.state !== 'failed').sort(byVersion);
  const first = good.at(-1);
  const nvr = first && nameOf(good.filter((one) => one.version === first.version));
  if (!first || !nvr) return [];
  const [submitted, completedAt] = [timeOf(first.time_submitted), timeOf(endedAt([first]))];
  const inputs = inputsOf(first).map((one) => one.nvr);
  return [
    {
      component,
      ref: refOfBuild(first, submissions),
      nvr,
      // Who answers for a module stands in no list of the service.
      owner: null,
      builtBy: first.owner ?? null,
      completedAt,
      durationMs: submitted && completedAt ? msBetween(submitted, completedAt) : null,
      source: sourceOf(first.scmurl),
      inputs: [...new Set(inputs)].sort(),
      failure: failureOf(first, builds, submissions),
    },
  ];
}

function failureOf(
  { id }: ModuleBuild,
  builds: readonly ModuleBuild[],
  submissions: readonly Submission[],
): NewerFailure | null {
  const failed = builds.filter((one) => one.state === 'failed' && one.id > id).sort((a, b) => b.id - a.id)[0];
  if (!failed) return null;
  const nvr = nameOf([failed]) ?? nvrOf(failed);
  return { ref: refOfBuild(failed, submissions), nvr, at: timeOf(endedAt([failed])) };
}

/** Versions are whole numbers of any length; the service's own are times. */
function byVersion(a: ModuleBuild, b: ModuleBuild): number {
  const [one, other] = [a.version, b.version];
  return one.length - other.length || (one < other ? -1 : one > other ? 1 : a.id - b.id);
}

function refOfBuild({ id, siblings }: ModuleBuild, submissions: readonly Submission[]): string {
  const ours = submissions.filter((one) => one.ref && idsOf(one.ref).includes(id)).at(-1);
  return ours?.ref ?? refOf([id, ...(siblings ?? [])]);
}
