import type { SideTag } from '@millrace/contracts';
import { moment } from '@millrace/kernel';
import { type Build, type BuildId, type SideTag as HubSideTag, type TaggedBuild } from '@millrace/koji';
import { z } from 'zod';
import { allPlaces, type OpenedPlace } from './place-book';
import { baseTagOf, knownTarget, releaseOf } from './releases';
import type { KojiParts } from './settings';

const mostTags = 1000;
const mostNamed = 50;

/** What is known of a side tag: which place it is of, and as what. */
export interface Known {
  readonly opened: OpenedPlace;
  readonly use: 'cascade' | 'beside' | 'former';
}

/** Side tags by name, of every place that was ever opened here. */
export async function knownTags(parts: KojiParts): Promise<ReadonlyMap<string, Known>> {
  const found = new Map<string, Known>();
  for (const opened of await allPlaces(parts)) {
    for (const tag of opened.former ?? []) found.set(tag, { opened, use: 'former' });
    for (const tag of opened.beside) found.set(tag, { opened, use: 'beside' });
    if (opened.target === opened.place.id) found.set(opened.place.id, { opened, use: 'cascade' });
  }
  return found;
}

/** Those made of the release's build tag: ours, and those in use; with `others` everybody's; and what is gone. */
export async function listSideTags(
  parts: KojiParts,
  release: string,
  { others = false }: { readonly others?: boolean } = {},
): Promise<readonly SideTag[]> {
  const { target, isolation } = await releaseOf(parts, release);
  if (isolation !== 'side-tag' || !(await parts.facts.features()).sideTags) return [];
  const { build_tag_name: base } = await knownTarget(parts, target);
  const [all, known, me] = [await parts.hub.listSideTags(base), await knownTags(parts), await parts.facts.me()];
  const isOfOther = (tag: string): boolean => (known.get(tag)?.opened.place.release ?? release) !== release;
  const wanted = all.filter(
    (one) => !isOfOther(one.name) && (others || one.user_name === me.name || known.has(one.name)),
  );
  const there = new Set(all.map((one) => one.name));
  const gone = [...known].filter(([tag, { opened, use }]) => {
    return use === 'cascade' && opened.closed === null && opened.place.release === release && !there.has(tag);
  });
  const about = { parts, release, base, landed: await baseTagOf(parts, release), me: me.name, known };
  const rows = await Promise.all(wanted.slice(0, mostTags).map((one) => described(about, one, known.get(one.name))));
  return [...rows, ...gone.map(([tag, one]) => ({ ...nothingOf(about, tag, one), there: false }))];
}

interface About {
  readonly parts: KojiParts;
  readonly release: string;
  readonly base: string;
  readonly landed: string;
  readonly me: string;
  readonly known: ReadonlyMap<string, Known>;
}

async function described(about: About, { name, user_name: owner }: HubSideTag, known?: Known): Promise<SideTag> {
  const { hub } = about.parts;
  const [builds, config] = await Promise.all([hub.listTagged(name), hub.tagConfigHistory(name)]);
  const [first] = config;
  const foreign = owner !== about.me && known === undefined;
  return {
    ...nothingOf(about, name, known),
    ...{ owner: owner ?? null, own: owner === about.me, builds: builds.length },
    unlanded: foreign ? [] : await unlandedOf(about, name, builds),
    createdAt: typeof first?.create_ts === 'number' ? moment(Math.round(first.create_ts * 1000)) : null,
  };
}

function nothingOf({ release, base, me }: About, tag: string, known?: Known): SideTag {
  return {
    ...{ tag, release, base, cascade: known?.opened.place.cascade ?? null, use: known?.use ?? 'none', there: true },
    ...{ closed: known?.opened.closed ?? null, adopted: known?.opened.adopted === true && known.use === 'cascade' },
    ...{ owner: known && !known.opened.adopted ? me : null, own: known !== undefined && !known.opened.adopted },
    ...{ builds: 0, unlanded: [], createdAt: null },
  };
}

/** NVRs of builds there that are neither where landed ones are nor in the place of another cascade. */
export async function unlandedOf(
  { parts, landed, known }: Pick<About, 'parts' | 'landed' | 'known'>,
  tag: string,
  builds: readonly TaggedBuild[],
): Promise<readonly string[]> {
  const keeps = (name: string): boolean => name === landed || (name !== tag && known.get(name)?.use === 'cascade');
  const left: string[] = [];
  for (const slice of slicesOf(builds)) {
    const tags = await tagsOfMany(
      parts,
      slice.map((one) => one.build_id),
    );
    left.push(...slice.filter((_, n) => !tags[n]!.some(keeps)).map((one) => one.nvr));
    if (left.length >= mostNamed) break;
  }
  return left.slice(0, mostNamed);
}

async function tagsOfMany({ hub }: KojiParts, ids: readonly BuildId[]): Promise<readonly (readonly string[])[]> {
  const calls = ids.map((id) => ({ method: 'listTags', params: [id] }));
  const answers = await hub.askMany(calls, z.array(z.looseObject({ name: z.string() })));
  return answers.map((answer) => (answer.ok ? answer.value.map((one) => one.name) : []));
}

function slicesOf<T extends Build>(all: readonly T[]): readonly (readonly T[])[] {
  const size = 200;
  return Array.from({ length: Math.ceil(all.length / size) }, (_, n) => all.slice(n * size, (n + 1) * size));
}
