import { AppError } from '@millrace/kernel';
import { isFault, type BuildId } from '@millrace/koji';
import type { BuildRef, Place } from '../build-system';
import { once } from './intents';
import { completeBuild } from './look';
import { changePlace, readPlace, writePlace } from './place-book';
import { baseTagOf, knownTarget, releaseOf, targetOf } from './releases';
import type { KojiParts } from './settings';
import { checkQuota, sideTag } from './side-tags';
import { putInto } from './tagging';

/** Per cascade a side tag, or the given target's build tag for all. */
export async function openPlace(parts: KojiParts, release: string, cascade: string | null): Promise<Place> {
  const opened = cascade === null ? null : await readPlace(parts, release, cascade);
  if (opened) return opened.place;
  const { target, isolation, sideTags } = await releaseOf(parts, release);
  const base = (await knownTarget(parts, target)).build_tag_name;
  if (cascade === null) return { id: base, release, cascade };
  if (isolation === 'side-tag') await checkQuota(parts, release, sideTags?.most);
  const own = isolation === 'side-tag' ? await sideTag(parts, `${release} ${cascade}`, base) : null;
  const place = { id: own ?? base, release, cascade };
  await writePlace(parts, { place, target: own ?? target, closed: null, beside: [], images: [] });
  return place;
}

/**
 * After the gate: into the cascade's side tag, or out of the candidates into the base. The number is the event that put
 * it there. With `promote: gate` a draft becomes final first.
 */
export async function admit(parts: KojiParts, ref: BuildRef, place: Place) {
  const closed = await closedAs(parts, place);
  if (closed !== null) throw placeClosed(place, closed);
  const { build, component } = await completeBuild(parts, ref);
  if (!component.startsWith('rpm/')) return admitImage(parts, build.build_id, component, place);
  const { isolation, promote: when, target } = await releaseOf(parts, place.release);
  if (when === 'gate') await promoteBuild(parts, build.build_id);
  const isSide = isolation === 'side-tag' && place.cascade !== null;
  const to = isSide ? place.id : await baseTagOf(parts, place.release);
  const from = isSide ? null : (await knownTarget(parts, target)).dest_tag_name;
  const number = await putInto(parts, build.build_id, to, from);
  return { number, repository: repositoryOf(parts, place.id) };
}

/** Nothing is built with an image, so it goes to its tag when the cascade lands. */
async function admitImage(parts: KojiParts, build: number, component: string, place: Place) {
  const { tag } = await targetOf(parts, place.release, component);
  if (tag !== '') {
    const image = { build, tag };
    await changePlace(parts, place, (opened) => {
      const others = opened.images.filter((one) => one.build !== build);
      return { ...opened, images: [...others, image] };
    });
  }
  return current(parts, place.id);
}

export async function promote(parts: KojiParts, ref: BuildRef): Promise<void> {
  const { build } = await completeBuild(parts, ref);
  await promoteBuild(parts, build.build_id);
}

/** Draft to final, once. Koji has no record of who is about to: its answer is the build itself. */
export async function promoteBuild(parts: KojiParts, id: BuildId): Promise<void> {
  const build = await parts.hub.getBuild(id);
  if (!build?.draft) return;
  await once(parts, {
    name: `promote ${id}`,
    lookUp: async () => ((await parts.hub.getBuild(id))?.draft ? null : true),
    send: async (write, before) => {
      const outcome = await write.promoteBuild(id, { before });
      return outcome.kind === 'happened' ? outcome : { kind: 'answered', value: true };
    },
  });
}

/** What a cascade builds with now; once it has landed, and its side tag is gone, that is the base. */
export async function currentOf(parts: KojiParts, release: string, cascade: string | null) {
  const opened = cascade === null ? null : await readPlace(parts, release, cascade);
  if (cascade === null || opened?.closed === 'landed') return current(parts, await baseTagOf(parts, release));
  return current(parts, (await openPlace(parts, release, cascade)).id);
}

/** Number: the last event that changed the tag; 0 of a tag that somebody deleted. */
export async function current(parts: KojiParts, tag: string) {
  return { number: await lastChange(parts, tag), repository: repositoryOf(parts, tag) };
}

async function lastChange({ hub }: KojiParts, tag: string): Promise<number> {
  try {
    return (await hub.tagLastChangeEvent(tag)) ?? 0;
  } catch (thrown) {
    if (isFault(thrown, 'GenericError', 'TagError') && (await hub.getTag(tag)) === null) return 0;
    throw thrown;
  }
}

export function repositoryOf({ options }: KojiParts, tag: string): string {
  return `${options.topUrl}/repos/${tag}/latest/`;
}

/** How a cascade's place was closed; null: it is open. */
export async function closedAs(parts: KojiParts, { release, cascade }: Place) {
  const opened = cascade === null ? null : await readPlace(parts, release, cascade);
  return opened?.closed ?? null;
}

export function placeClosed(place: Place, how: string): AppError {
  return new AppError({
    code: 'place-closed',
    kind: 'conflict',
    message: `${place.id} of cascade ${place.cascade} is closed (${how})`,
    remedy: 'start another cascade',
  });
}
