import { AppError } from '@millrace/kernel';
import { compareEvr } from '@millrace/package-metadata';
import type { BuildRef, Place } from '../build-system';
import type { LandingAdapter, LandingBuild, LandingLook } from '../landing-adapter';
import { closureOf } from './closure';
import { completeBuild, placeUnknown, type Shelves } from './places';
import { currentRepository, publish, repositoryOfNumber, withBuild, type RepositoryRecord } from './repository';
import type { Contents } from '@millrace/contracts';

/** The base moves once, by one rename: every build of a landing is in the next number, or none is. */
export function localLanding(shelves: () => Promise<Shelves>): LandingAdapter {
  return {
    name: 'local',
    phases: 1,
    whole: true,
    look: async (place, builds) => lookAt(await shelves(), place, builds),
    closure: async (place, builds) => closureOf(await shelves(), place, await contentsOf(await shelves(), builds)),
    execute: async (place, builds) => {
      await land(
        await shelves(),
        place,
        builds.map((one) => one.ref),
      );
      return { waits: null };
    },
    undo: async (place) => takeBack(await shelves(), place),
  };
}

/**
 * The base with these builds that the cascade admitted, in the order of their admission; all that are no bootstrap
 * builds when none are named. Moved once.
 *
 * @throws AppError `base-newer` (conflict) when the base has got something newer meanwhile
 */
export async function land(shelves: Shelves, place: Place, only?: readonly BuildRef[]): Promise<RepositoryRecord> {
  const { dir } = shelves.host;
  const { release, cascade } = place;
  const side = cascade === null ? null : await currentRepository(dir, release, cascade);
  if (!side || cascade === null) throw placeUnknown(release, cascade);
  const wanted = only && new Set(only);
  const brought = side.admitted.filter((a) => !a.bootstrap && (wanted === undefined || wanted.has(a.build)));
  const contents = await Promise.all(brought.map(async ({ build }) => (await completeBuild(dir, build)).contents));
  return publish({ ...shelves, release, cascade: null }, (current) => {
    if (!current || current.landed.includes(cascade)) return null;
    for (const one of only ? contents : []) refuseNewer(release, current, one);
    const whole = contents.reduce((next, of) => withBuild(next, of, false), current);
    const number = current.number + 1;
    const admitted = whole.admitted.map((a) => (a.number > number ? { ...a, number } : a));
    return { ...whole, number, admitted, landed: [...current.landed, cascade] };
  });
}

/**
 * The next base is without what a cascade has brought: what it replaced is there again, and what came later stays. A
 * cascade that has not landed changes nothing.
 */
async function takeBack(shelves: Shelves, { release, cascade }: Place): Promise<void> {
  const { dir } = shelves.host;
  if (cascade === null) return;
  const now = await currentRepository(dir, release, null);
  if (!now?.landed.includes(cascade)) return;
  const { before, after } = await movedBy(dir, release, cascade, now.number);
  const brought = new Set(after.admitted.filter((a) => a.number === after.number).map((a) => a.build));
  await publish({ ...shelves, release, cascade: null }, (current) =>
    current?.landed.includes(cascade) ? without(current, before, brought, cascade) : null,
  );
}

/** The numbers of the base around a cascade's landing. */
async function movedBy(dir: string, release: string, cascade: string, newest: number) {
  for (let number = newest; number > 0; number--) {
    const [after, before] = await Promise.all([
      repositoryOfNumber(dir, release, number),
      repositoryOfNumber(dir, release, number - 1),
    ]);
    if (after?.landed.includes(cascade) && before && !before.landed.includes(cascade)) return { before, after };
  }
  throw new AppError({
    code: 'base-number-gone',
    kind: 'conflict',
    message: `the base of ${release} from before cascade ${cascade} is gone`,
    remedy: 'land newer builds that undo what it did',
  });
}

function without(
  current: RepositoryRecord,
  before: RepositoryRecord,
  brought: ReadonlySet<BuildRef>,
  cascade: string,
): RepositoryRecord {
  const stays = current.packages.filter((p) => p.build === null || !brought.has(p.build));
  const names = new Set(stays.map((p) => p.name));
  const gone = new Set(current.packages.filter((p) => p.build !== null && brought.has(p.build)).map((p) => p.name));
  const components = new Set(current.packages.flatMap((p) => (p.build && brought.has(p.build) ? [p.component] : [])));
  // A package that the cascade's builds had replaced, or no longer had, is there again.
  const again = before.packages.filter(
    (p) => !names.has(p.name) && (gone.has(p.name) || components.has(p.component)) && p.component !== null,
  );
  const packages = [...stays, ...again];
  const nvrs = new Set(packages.map((p) => p.nvr));
  const sources = [...current.sources, ...before.sources].filter((s) => nvrs.has(s.nvr));
  const kept = current.assembled.filter((a) => !brought.has(a.build));
  const lost = new Set(current.assembled.filter((a) => brought.has(a.build)).map((a) => a.component));
  return {
    ...current,
    number: current.number + 1,
    packages,
    sources: [...new Map(sources.map((s) => [s.nvr, s])).values()],
    assembled: [...kept, ...before.assembled.filter((a) => lost.has(a.component))],
    admitted: current.admitted.filter((a) => !brought.has(a.build)),
    landed: current.landed.filter((one) => one !== cascade),
  };
}

async function lookAt(
  shelves: Shelves,
  { release, cascade }: Place,
  builds: readonly LandingBuild[],
): Promise<readonly LandingLook[]> {
  const { dir } = shelves.host;
  const base = await currentRepository(dir, release, null);
  const side = await currentRepository(dir, release, cascade);
  const inBase = new Set([...(base?.packages ?? []), ...(base?.assembled ?? [])].map((p) => p.build));
  const inSide = new Set(side?.admitted.map((a) => a.build));
  return Promise.all(
    builds.map(async ({ ref, nvr }): Promise<LandingLook> => {
      if (inBase.has(ref)) return { ref, there: true, hindrance: null };
      if (!inSide.has(ref)) return gone(ref, `${nvr} is not in the repository of cascade ${cascade ?? ''} any more`);
      const built = await completeBuild(dir, ref).catch(() => null);
      if (!built) return gone(ref, `the files of ${nvr} are gone from the builder`);
      const newer = base && newerThan(base, built.contents);
      if (!newer) return { ref, there: false, hindrance: null };
      const because = `the base of ${release} has ${newer}, which is newer than ${nvr}`;
      const remedy = `land without it: millrace cascade land ${cascade ?? ''} --partial`;
      return { ref, there: false, hindrance: { kind: 'newer-in-base', because, remedy } };
    }),
  );
}

function gone(ref: BuildRef, because: string): LandingLook {
  const remedy = 'build it again, or land without it (--partial)';
  return { ref, there: false, hindrance: { kind: 'withdrawn', because, remedy } };
}

async function contentsOf({ host }: Shelves, builds: readonly LandingBuild[]): Promise<readonly Contents[]> {
  const all = await Promise.all(builds.map(({ ref }) => completeBuild(host.dir, ref)));
  return all.map((one) => one.contents);
}

function refuseNewer(release: string, base: RepositoryRecord, contents: Contents): void {
  const newer = newerThan(base, contents);
  if (!newer) return;
  throw new AppError({
    code: 'base-newer',
    kind: 'conflict',
    message: `the base of ${release} has got ${newer} meanwhile, which is newer than ${contents.nvr}`,
    remedy: 'land without it: millrace cascade land CASCADE --partial',
  });
}

/** The NEVRA of a package that the base has from a newer build of the same component; null: it has none. */
function newerThan(base: RepositoryRecord, { component, build, packages }: Contents): string | null {
  const there = base.packages.filter((p) => p.component === component && p.build !== build);
  for (const one of packages) {
    const same = there.find((p) => p.name === one.name && p.arch === one.arch);
    const evr = same && evrOf(same.nevra);
    if (evr && compareEvr(evr, one) > 0) return same.nevra;
  }
  return null;
}

/** Of `name-epoch:version-release.arch`. */
function evrOf(nevra: string) {
  const [, epoch, version, release] = /-(\d+):([^-]+)-([^-]+)\.[^.]+$/.exec(nevra) ?? [];
  return version === undefined ? null : { epoch: epoch!, version, release: release! };
}
