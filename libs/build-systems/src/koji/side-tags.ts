import { AppError } from '@millrace/kernel';
import { isFault } from '@millrace/koji';
import { once } from './intents';
import { allPlaces, claimedTag, claimedTags, claimTag, firstList } from './place-book';
import type { KojiParts } from './settings';

const making = new Map<string, Promise<unknown>>();

/**
 * Makes a side tag once for a name of ours, however often it is asked for. Side tags carry no marker: what was there
 * before is remembered, and which one is whose; so one is made and claimed after another.
 */
export function sideTag(parts: KojiParts, name: string, base: string): Promise<string> {
  return inTurnOfSideTags(parts, async () => {
    const known = await claimedTag(parts, name);
    if (known !== null) return known;
    const tag = await made(parts, name, base);
    await claimTag(parts, name, tag);
    return tag;
  });
}

/** As {@link sideTag}, but another where the one that was made for that name is gone. */
export async function standingSideTag(parts: KojiParts, name: string, base: string): Promise<string> {
  for (let wanted = name; ;) {
    const tag = await sideTag(parts, wanted, base);
    if (await parts.hub.getTag(tag)) return tag;
    wanted = `${name} after ${tag}`;
  }
}

/** One is made or removed after another. */
export function inTurnOfSideTags<T>({ options }: KojiParts, act: () => Promise<T>): Promise<T> {
  const { dir } = options;
  const turn = (making.get(dir) ?? Promise.resolve()).then(act, act);
  making.set(dir, turn);
  const forget = () => making.get(dir) === turn && making.delete(dir);
  turn.then(forget, forget);
  return turn;
}

async function made(parts: KojiParts, name: string, base: string): Promise<string> {
  if (!(await parts.facts.features()).sideTags) throw noSideTags(parts);
  const before = await firstList(parts, name, async () => (await parts.hub.listSideTags(base)).map((t) => t.name));
  return once(parts, {
    name: `side-tag ${name}`,
    lookUp: () => newSideTag(parts, base, before),
    send: async (write, store) => {
      const outcome = await allowed(parts, base, () => write.createSideTag(base, {}, { before: store }));
      return outcome.kind === 'happened' ? outcome : { kind: 'answered', value: outcome.value.name };
    },
  });
}

/** The hub's policy `sidetag` says how many one user may have, and of what: its refusal is no fault of any component. */
async function allowed<T>(parts: KojiParts, base: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (thrown) {
    if (!isFault(thrown, 'ActionNotAllowed')) throw thrown;
    const { name } = await parts.facts.me();
    const held = (await parts.hub.listSideTags(null, name)).length;
    throw new AppError({
      code: 'side-tag-quota',
      kind: 'unavailable',
      message: `the hub lets ${name}, who has ${held} side tags, make no other of ${base}: ${thrown.faultString}`,
      remedy: "`millrace sidetag clean` removes those that nobody needs; else ask the hub's administrators",
      cause: thrown,
    });
  }
}

/**
 * The release's own bound of side tags of open cascades.
 *
 * @throws AppError `side-tag-quota` (unavailable)
 */
export async function checkQuota(parts: KojiParts, release: string, most: number | undefined): Promise<void> {
  if (most === undefined) return;
  const open = (await allPlaces(parts)).filter(({ place, target, closed }) => {
    return place.release === release && target === place.id && closed === null;
  });
  if (open.length < most) return;
  const names = open.slice(0, 5).map(({ place }) => place.cascade);
  throw new AppError({
    code: 'side-tag-quota',
    kind: 'unavailable',
    message: `release ${release} has ${open.length} side tags of open cascades (${names.join(', ')}), and may have ${most}`,
    remedy: 'wait until one of them ends, cancel one, or raise side_tags.most in the release definition',
  });
}

/** Removes it once; one that is gone is gone. */
export async function removeSideTag(parts: KojiParts, tag: string): Promise<void> {
  await once(parts, {
    name: `remove side-tag ${tag}`,
    lookUp: async () => ((await parts.hub.getTag(tag)) ? null : true),
    send: async (write, before) => {
      const outcome = await write.removeSideTag(tag, { before });
      return outcome.kind === 'happened' ? outcome : { kind: 'answered', value: true };
    },
  });
}

async function newSideTag(parts: KojiParts, base: string, before: readonly string[]): Promise<string | null> {
  const { name } = await parts.facts.me();
  const ours = await parts.hub.listSideTags(base, name);
  const places = await allPlaces(parts);
  const others = places.flatMap((one) => [one.place.id, ...one.beside]);
  const claimed = new Set([...before, ...others, ...(await claimedTags(parts))]);
  return ours.find((t) => !claimed.has(t.name))?.name ?? null;
}

function noSideTags({ options }: KojiParts): AppError {
  return new AppError({
    code: 'koji-no-side-tags',
    kind: 'invalid',
    message: `the hub of ${options.name} has no side tags (plug-in sidetag_hub)`,
    remedy: 'ask for the plug-in, or say `isolation: target` in build_targets of the release definition',
  });
}
