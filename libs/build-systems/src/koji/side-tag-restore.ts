import { AppError } from '@millrace/kernel';
import type { BuildId } from '@millrace/koji';
import { changePlace, readPlace } from './place-book';
import { knownTarget, releaseOf } from './releases';
import type { KojiParts } from './settings';
import { setMacros } from './side-tag-macros';
import { standingSideTag } from './side-tags';
import { putInto } from './tagging';

/**
 * Somebody deleted the side tag of an open cascade: it gets another, with what was in it when it went. What a person had
 * untagged before stays away. Idempotent: cut anywhere it goes on with the same new tag.
 */
export async function restoreSideTag(
  parts: KojiParts,
  release: string,
  cascade: string,
): Promise<{ readonly tag: string; readonly builds: readonly string[] }> {
  const opened = await readPlace(parts, release, cascade);
  if (!opened || opened.closed !== null) throw notOpen(release, cascade);
  const { id: lost } = opened.place;
  if (await parts.hub.getTag(lost)) return { tag: lost, builds: [] };
  const { build_tag_name: base } = await knownTarget(parts, (await releaseOf(parts, release)).target);
  const builds = await heldAtEnd(parts, lost);
  const tag = await standingSideTag(parts, `${release} ${cascade} after ${lost}`, base);
  if (opened.dist !== undefined) await setMacros(parts, tag, { dist: opened.dist });
  for (const id of builds.keys()) await putInto(parts, id, tag);
  await changePlace(parts, opened.place, ({ adopted: _, ...one }) => ({
    ...one,
    place: { ...one.place, id: tag },
    target: tag,
  }));
  return { tag, builds: [...builds.values()] };
}

/** What a deleted tag had at its end, in the order in which it came in. A hub keeps the history of deleted tags. */
async function heldAtEnd({ hub }: KojiParts, tag: string): Promise<ReadonlyMap<BuildId, string>> {
  const end = (await hub.tagConfigHistory(tag)).at(-1)?.revoke_event;
  const rows = (await hub.tagHistory(tag, null)).filter((row) => row.revoke_event === end);
  rows.sort((a, b) => a.create_event - b.create_event);
  return new Map(rows.map((row) => [row.build_id, `${row.name}-${row.version}-${row.release}`]));
}

function notOpen(release: string, cascade: string): AppError {
  return new AppError({
    code: 'place-closed',
    kind: 'conflict',
    message: `cascade ${cascade} of release ${release} has no open side tag`,
    remedy: 'look at `millrace sidetag list`',
  });
}
