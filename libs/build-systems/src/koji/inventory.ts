import { moment, msBetween } from '@millrace/kernel';
import { build as buildSchema, packageEntry, type Build } from '@millrace/koji';
import { z } from 'zod';
import {
  inventoryPage,
  type Inventory,
  type InventoryBuild,
  type InventoryWish,
  type NewerFailure,
} from '../inventory';
import { landingTags, latestIn, type Latest } from './latest';
import { sourceOf } from './look';
import { targetNameOf } from './marker';
import { refOfBuild, refOfTask } from './ref';
import type { KojiParts } from './settings';
import { inputsOf } from './used-builds';

/** A hub's whole list is large, and pages are asked for one after another. */
const keptMs = 10 * 60_000;
/** Builds whose inputs are asked for at one time. */
const atOnce = 4;
/** Failures of a package that are looked at for one of the release's target. */
const mostFailures = 5;

/** The newest build of each component in the tags that the release lands in, inherited ones too. Only reads. */
export async function inventoryOf(
  parts: KojiParts,
  release: string,
  cursor: string | null,
  wish: InventoryWish,
): Promise<Inventory> {
  const { all, tags, targets } = await listOf(parts, release);
  const page = all.filter((one) => cursor === null || one.component > cursor).slice(0, inventoryPage);
  const isLast = page.length < inventoryPage || page.at(-1) === all.at(-1);
  const builds = await detailsOf(parts, page, targets, wish);
  return { builds, cursor: isLast ? null : page.at(-1)!.component, total: all.length, places: tags };
}

interface Listed {
  readonly all: readonly Latest[];
  readonly tags: readonly string[];
  readonly targets: ReadonlySet<string>;
  readonly at: number;
}

const lists = new WeakMap<KojiParts, Map<string, Listed>>();

async function listOf(parts: KojiParts, release: string): Promise<Listed> {
  const known = lists.get(parts) ?? new Map<string, Listed>();
  lists.set(parts, known);
  const before = known.get(release);
  if (before && Date.now() - before.at < keptMs) return before;
  const landing = await landingTags(parts, release);
  const [tags, targets] = [landing.map(({ tag }) => tag), landing.map(({ target }) => target)];
  const all = await latestIn(parts, landing);
  const listed = { all, tags: [...new Set(tags)], targets: new Set(targets), at: Date.now() };
  known.set(release, listed);
  return listed;
}

async function detailsOf(
  parts: KojiParts,
  page: readonly Latest[],
  targets: ReadonlySet<string>,
  wish: InventoryWish,
): Promise<InventoryBuild[]> {
  const whole = await parts.hub.getBuilds(page.map((one) => one.build.build_id));
  const owners = await ownersOf(parts, page);
  const failures = await failuresOf(parts, page, targets);
  const details = page.map(({ component, build }, n): InventoryBuild => {
    const answer = whole[n]!;
    const full: Build = (answer.ok ? answer.value : null) ?? build;
    const [startedAt, completedAt] = [timeOf(full.start_ts ?? full.creation_ts), timeOf(full.completion_ts)];
    return {
      ...{ component, nvr: full.nvr, builtBy: full.owner_name ?? null, owner: owners[n] ?? null, completedAt },
      ref: full.task_id ? refOfTask(full.task_id) : refOfBuild(full),
      durationMs: startedAt && completedAt ? msBetween(startedAt, completedAt) : null,
      source: sourceOf(full.source ?? ''),
      inputs: null,
      failure: failures[n] ?? null,
    };
  });
  return wish.inputs ? withInputs(parts, page, details) : details;
}

/** Owners of packages in the tags' lists; null where nobody is named. */
async function ownersOf({ hub }: KojiParts, page: readonly Latest[]): Promise<readonly (string | null)[]> {
  const asked = page.map(({ tag, build }) => ({ method: 'getPackageConfig', params: [tag, build.name] }));
  const answers = await hub.askMany(asked, packageEntry.nullable());
  return answers.map((answer) => (answer.ok ? (answer.value?.owner_name ?? null) : null));
}

async function withInputs(parts: KojiParts, page: readonly Latest[], details: readonly InventoryBuild[]) {
  const found: InventoryBuild[] = [];
  for (let n = 0; n < details.length; n += atOnce) {
    const slice = details.slice(n, n + atOnce);
    found.push(
      ...(await Promise.all(
        slice.map(async (one, i) => ({ ...one, inputs: await inputsOf(parts, page[n + i]!.build) })),
      )),
    );
  }
  return found;
}

/** Of each package the newest build that failed after the one that is tagged, for a target of the release. */
async function failuresOf(
  { hub }: KojiParts,
  page: readonly Latest[],
  targets: ReadonlySet<string>,
): Promise<readonly (NewerFailure | null)[]> {
  const asked = page.map(({ build }) => {
    const since = build.completion_ts ?? build.creation_ts ?? 0;
    const packageID = packageOf(build);
    const queryOpts = { order: '-build_id', limit: mostFailures };
    return { method: 'listBuilds', keywords: { packageID, state: 3, createdAfter: since, queryOpts } };
  });
  const answers = await hub.askMany(asked, z.array(buildSchema));
  const failed = answers.map((answer, n) => {
    const newer = answer.ok ? answer.value.filter((one) => one.build_id > page[n]!.build.build_id) : [];
    return newer.filter((one) => one.task_id).sort((a, b) => b.build_id - a.build_id);
  });
  const tasks = await hub.getTasks(
    failed.flat().map((one) => one.task_id!),
    true,
  );
  const ours = new Set(tasks.flatMap((task) => (task && targets.has(targetNameOf(task) ?? '') ? [task.id] : [])));
  return failed.map((builds) => {
    const newest = builds.find((one) => ours.has(one.task_id!));
    return newest ? { ref: refOfTask(newest.task_id!), nvr: newest.nvr, at: timeOf(newest.completion_ts) } : null;
  });
}

/** Hubs take a package's name too, where a row does not say its id. */
function packageOf(build: Build): number | string {
  const { package_id: id } = build as { readonly package_id?: unknown };
  return typeof id === 'number' ? id : build.name;
}

function timeOf(seconds: number | null | undefined) {
  return typeof seconds === 'number' ? moment(Math.round(seconds * 1000)) : null;
}
