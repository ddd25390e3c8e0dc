import { AppError } from '@millrace/kernel';
import { KojiFault } from '@millrace/koji';
import { isCommonDist } from '@millrace/package-metadata';
import type { Order, Place } from '../build-system';
import { changePlace, readPlace } from './place-book';
import type { KojiParts } from './settings';

/**
 * RPM macros of a side tag, in its extra. Setting the same ones again changes nothing, so a lost answer needs no intent.
 *
 * @throws AppError `koji-macros-refused` (invalid) where the build tag does not allow them
 */
export async function setMacros(parts: KojiParts, tag: string, macros: Readonly<Record<string, string>>) {
  try {
    await parts.hub.write.editSideTag(tag, macros);
  } catch (thrown) {
    if (!(thrown instanceof KojiFault) || !/macro/i.test(thrown.faultString)) throw thrown;
    const names = Object.keys(macros);
    const base = (await parts.hub.getInheritance(tag))[0]?.name ?? 'the build tag';
    const instead = names.includes('dist') ? '; or say `nvr: commit` in the release definition' : '';
    throw new AppError({
      code: 'koji-macros-refused',
      kind: 'invalid',
      message: `side tags of ${base} may not have the RPM macro ${names.join(', ')}: ${thrown.faultString}`,
      remedy: `koji edit-tag ${base} -x "sidetag_rpm_macros_allowed=${JSON.stringify(names).replaceAll('"', "'")}"${instead}`,
      cause: thrown,
    });
  }
}

/** A first pass is marked by its dist where the build tag allows that; it never leaves its side tag in any case. */
export async function setBootstrapMacros(
  parts: KojiParts,
  tag: string,
  macros: Readonly<Record<string, string>>,
  dist: string | undefined,
): Promise<void> {
  if (dist === undefined) return setMacros(parts, tag, macros);
  try {
    await setMacros(parts, tag, { ...macros, dist });
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'koji-macros-refused') throw thrown;
    await setMacros(parts, tag, macros);
  }
}

/** Whether the cascade's own side tag has this `%dist`: the first build of the cascade gives it the common one. */
export async function hasDist(parts: KojiParts, place: Place, dist: string): Promise<boolean> {
  const opened = place.cascade === null ? null : await readPlace(parts, place.release, place.cascade);
  // The extra of somebody else's tag is not ours to edit.
  if (!opened || opened.adopted) return false;
  if (opened.dist !== undefined || !isCommonDist(dist)) return opened.dist === dist;
  await setMacros(parts, place.id, { dist });
  await changePlace(parts, place, (one) => ({ ...one, dist }));
  return true;
}

/**
 * The cascade's side tag is there. Somebody may have deleted it: then it is no fault of the component.
 *
 * @throws AppError `side-tag-gone` (unavailable)
 */
export async function checkStanding(parts: KojiParts, { id, cascade }: Place): Promise<void> {
  if (await parts.hub.getTag(id)) return;
  throw new AppError({
    code: 'side-tag-gone',
    kind: 'unavailable',
    message: `somebody deleted ${id}, the side tag of cascade ${cascade}`,
    remedy: `it is made anew with what was in it; or give the cascade another: millrace sidetag adopt TAG --cascade ${cascade}`,
  });
}

export function distNeedsSideTag({ component }: Order): AppError {
  return new AppError({
    code: 'koji-dist-needs-side-tag',
    kind: 'invalid',
    message: `${component} is to get its NVR by a dist of the side tag, and its target has none of its own`,
    remedy: 'say `isolation: side-tag` in build_targets, or `nvr: commit`, in the release definition',
  });
}
