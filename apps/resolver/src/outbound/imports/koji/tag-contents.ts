import { rpm as rpmSchema, type Build, type BuildId, type KojiHub, type Rpm } from '@millrace/koji';
import { z } from 'zod';
import type { Means } from '../importer';
import type { KojiInput } from './schema';

/** A build of a tag with its packages; images and modules have none. */
export interface TaggedContents {
  readonly build: Pick<Build, 'build_id' | 'name' | 'nvr' | 'version' | 'release'>;
  readonly source: Rpm | null;
  readonly binaries: readonly Rpm[];
}

/** Calls that one request asks for, so that progress shows. */
export const atOnce = 100;

/** The newest build of each package in the tags, as they were at one moment, with the packages that count. */
export async function tagContents(
  hub: KojiHub,
  { tags, arches }: KojiInput,
  { findings, progress }: Means,
): Promise<readonly TaggedContents[]> {
  const { id: event } = await hub.getLastEvent();
  const builds = new Map<string, Awaited<ReturnType<KojiHub['listTagged']>>[number]>();
  for (const tag of tags) {
    for (const build of await hub.listTagged(tag, { event, inherit: true, latest: true })) {
      const known = builds.get(build.name);
      if (!known) builds.set(build.name, build);
      else if (known.nvr !== build.nvr) findings.duplicate(build.nvr, `${known.nvr} of an earlier tag counts`);
    }
  }
  const all = [...builds.values()];
  const rpms = await inChunks(all, async (chunk, done) => {
    progress(done, `builds of ${tags.join(', ')}`);
    return hub.askMany(
      chunk.map((one) => ({ method: 'listRPMs', params: [one.build_id] })),
      z.array(rpmSchema),
    );
  });
  return all.map((build, n) => contentsOf(build, answered(rpms[n]!), arches));
}

function contentsOf(build: TaggedContents['build'], rpms: readonly Rpm[], arches: readonly string[]): TaggedContents {
  const counts = ({ name, arch }: Rpm): boolean =>
    arch !== 'src' &&
    arch !== 'nosrc' &&
    !/-debug(info|source)$/.test(name) &&
    (arches.length === 0 || arch === 'noarch' || arches.includes(arch));
  const seen = new Set<string>();
  const binaries = rpms.filter((rpm) => {
    // A noarch package is built once, however often a hub lists it.
    const key = `${rpm.name}.${rpm.arch}`;
    if (!counts(rpm) || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return { build, source: rpms.find((one) => one.arch === 'src' || one.arch === 'nosrc') ?? null, binaries };
}

/** Asks for slices one after another; answers are in the order of the items. */
export async function inChunks<Item, Answer>(
  items: readonly Item[],
  ask: (chunk: readonly Item[], done: number) => Promise<readonly Answer[]>,
): Promise<readonly Answer[]> {
  const found: Answer[] = [];
  for (let at = 0; at < items.length; at += atOnce) found.push(...(await ask(items.slice(at, at + atOnce), at)));
  return found;
}

type Answered<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly fault: Error };

/** All or nothing: what the hub refuses stops the import. */
export function answered<Value>(answer: Answered<Value>): Value {
  if (answer.ok) return answer.value;
  throw answer.fault;
}

/** Builds by their ids; what the hub does not know any more is left out. */
export async function buildsById(hub: KojiHub, ids: Iterable<BuildId>): Promise<ReadonlyMap<BuildId, Build>> {
  const answers = await inChunks([...new Set(ids)], (chunk) => hub.getBuilds(chunk));
  const builds = answers.map(answered).filter((one) => one !== null);
  return new Map(builds.map((one) => [one.build_id, one]));
}
