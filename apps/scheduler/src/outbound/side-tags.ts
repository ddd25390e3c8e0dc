import type { SideTags } from '@millrace/build-systems';
import type { SideTag } from '@millrace/contracts';
import type { WorkKind } from '@millrace/engine';
import { AppError, toAppError } from '@millrace/kernel';
import type { Input, SeenBuild } from '../domain/input';
import { systemsOf } from '../domain/policy';
import { cascadeNamed, releaseNamed, type Outside } from './outside';
import { hindrance, seenBuild, systemNamed, type Systems } from './systems';

/** Somebody looks: a hub that is away is said to be away, and is not waited for. */
const longestWaitMs = 15_000;

export interface HeldTags {
  readonly held: readonly (SideTag & { readonly system: string })[];
  readonly unknown: readonly { readonly system: string; readonly release: string; readonly because: string }[];
}

/** The side tags of a release, as its build systems have them now. */
export async function heldTags({ read, systems }: Outside, name: string, others: boolean): Promise<HeldTags> {
  const { definition } = await releaseNamed(read, name);
  const asked = systemsOf(definition).flatMap((system) => {
    const tags = systems.get(system)?.sideTags;
    return tags ? [{ system, tags }] : [];
  });
  const answers = await Promise.all(
    asked.map(async ({ system, tags }) => {
      try {
        const found = await inTime(system, tags.list(name, { others }));
        return { held: found.map((one) => ({ ...one, system })), unknown: [] };
      } catch (thrown) {
        return { held: [], unknown: [{ system, release: name, because: toAppError(thrown).message }] };
      }
    }),
  );
  return { held: answers.flatMap((one) => one.held), unknown: answers.flatMap((one) => one.unknown) };
}

async function inTime<T>(system: string, asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(silent(system)), longestWaitMs);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Which of a release's build systems has side tags, for a person who names one.
 *
 * @throws AppError `side-tags-missing` (invalid)
 */
async function sideTagSystem({ read, systems }: Outside, release: string): Promise<string> {
  const { definition } = await releaseNamed(read, release);
  const found = systemsOf(definition).find((name) => systems.get(name)?.sideTags !== undefined);
  if (found !== undefined) return found;
  throw new AppError({
    code: 'side-tags-missing',
    kind: 'invalid',
    message: `no build system of release ${release} has side tags`,
    remedy: "side tags are Koji's: see docs/guide-koji.md",
  });
}

function sideTagsNamed(systems: Systems, name: string): SideTags {
  const { sideTags } = systemNamed(systems, name);
  if (sideTags) return sideTags;
  throw new AppError({
    code: 'side-tags-missing',
    kind: 'invalid',
    message: `build system ${name} has no side tags`,
    remedy: 'name a release that is built in Koji',
  });
}

interface TagOrder {
  readonly release: string;
  readonly system: string;
  readonly tag: string;
}

type CascadeOrder = TagOrder & { readonly cascade: string };

const common = { concurrency: 2, timeoutMs: 300_000, tries: 8 } as const;

export function sideTagWorks(outside: Outside): readonly WorkKind<never, unknown, Input>[] {
  return [adopting(outside), removing(outside), restoring(outside), pinning(outside)];
}

/** What a person's command about side tags must know. `views`: what is held, with what the cascades say of it. */
export function sideTagLookups<View>(outside: Outside, views: (held: HeldTags['held']) => Promise<readonly View[]>) {
  return {
    releaseOf: async (cascade: string) => (await cascadeNamed(outside.read, cascade)).release,
    system: (release: string) => sideTagSystem(outside, release),
    check: async (system: string, tag: string, release: string, cascade: string) => {
      await sideTagsFor(outside, system, release);
      await sideTagsNamed(outside.systems, system).check(tag, release, cascade);
    },
    list: async (release: string) => {
      await sideTagsFor(outside, await sideTagSystem(outside, release), release);
      const { held, unknown } = await heldTags(outside, release, false);
      if (unknown[0]) throw silent(unknown[0].system, unknown[0].because);
      return views(held);
    },
  };
}

/** To write there: a release that only observes changes nothing outside. */
async function sideTagsFor({ read, systems }: Outside, system: string, release: string): Promise<SideTags> {
  const { definition } = await releaseNamed(read, release);
  if (definition.mode !== 'observe') return sideTagsNamed(systems, system);
  throw new AppError({
    code: 'release-observes',
    kind: 'conflict',
    message: `release ${release} only observes: its side tags are not touched`,
    remedy: 'apply a definition with mode: approve or act',
  });
}

function adopting(outside: Outside): WorkKind<CascadeOrder, readonly SeenBuild[], Input> {
  return {
    ...{ kind: 'sidetag.adopt', ...common },
    run: async ({ release, system, tag, cascade }) => {
      const tags = await sideTagsFor(outside, system, release);
      const { builds } = await tags.adopt(tag, release, cascade);
      return builds.map(seenBuild);
    },
    toInput: (order, outcome) => ({
      type: 'sidetag.adopted',
      ...order,
      builds: outcome.ok ? outcome.value : [],
      fault: outcome.ok ? null : hindrance(outcome.fault),
    }),
  };
}

function removing(outside: Outside): WorkKind<TagOrder & { readonly unlanded: boolean }, null, Input> {
  return {
    ...{ kind: 'sidetag.remove', ...common },
    run: async ({ release, system, tag, unlanded }) => {
      const tags = await sideTagsFor(outside, system, release);
      await tags.remove(tag, release, { unlanded });
      return null;
    },
    toInput: ({ release, system, tag }, outcome) => {
      const fault = outcome.ok ? null : hindrance(outcome.fault);
      return { type: 'sidetag.removed', release, system, tag, fault };
    },
  };
}

function restoring(outside: Outside): WorkKind<CascadeOrder, Awaited<ReturnType<SideTags['restore']>>, Input> {
  return {
    ...{ kind: 'sidetag.restore', ...common },
    run: async ({ release, system, cascade }) => {
      const tags = await sideTagsFor(outside, system, release);
      return tags.restore(release, cascade);
    },
    toInput: (order, outcome) => ({
      type: 'sidetag.restored',
      ...order,
      made: outcome.ok ? outcome.value.tag : null,
      builds: outcome.ok ? outcome.value.builds : [],
      fault: outcome.ok ? null : hindrance(outcome.fault),
    }),
  };
}

interface PinOrder {
  readonly release: string;
  readonly system: string;
  readonly cascade: string;
  readonly build: string;
  readonly nvr: string;
}

function pinning(outside: Outside): WorkKind<PinOrder, null, Input> {
  return {
    ...{ kind: 'sidetag.pin', ...common },
    run: async ({ release, system, cascade, build }) => {
      const tags = await sideTagsFor(outside, system, release);
      await tags.pin(release, cascade, build);
      return null;
    },
    toInput: ({ release, cascade, nvr }, outcome) => {
      const fault = outcome.ok ? null : hindrance(outcome.fault);
      return { type: 'sidetag.pinned', release, cascade, nvr, fault };
    },
  };
}

function silent(name: string, because = 'it does not answer'): AppError {
  return new AppError({
    code: 'build-system-silent',
    kind: 'unavailable',
    message: `${name} cannot be asked: ${because}`,
    remedy: 'see whether it is down, and the way to it',
  });
}
