import type { Rpm } from '@millrace/koji';
import type { KojiParts } from './settings';

/** File lists in one request: one of them may have tens of thousands of rows. */
const listsAtOnce = 10;
/** A package with more files is kept by those that others may well require: as rpm-md's primary.xml has them. */
const mostFiles = 20_000;
const primary = /^\/etc\/|\/s?bin\/|^\/usr\/lib\/sendmail$/;

/**
 * The files of packages by the hub's ids: others may require them, and one that is not listed would be taken for lost.
 * Packages that the hub only refers to (external ones) have none.
 */
export async function filesOf(
  { hub }: KojiParts,
  rpms: readonly Rpm[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const found = new Map<number, readonly string[]>();
  for (let at = 0; at < rpms.length; at += listsAtOnce) {
    const chunk = rpms.slice(at, at + listsAtOnce);
    const answers = await hub.getManyRpmFiles(chunk.map((rpm) => rpm.id));
    answers.forEach((answer, n) => {
      if (!answer.ok) throw answer.fault;
      const names = [...new Set(answer.value.map((one) => one.name))].sort();
      found.set(chunk[n]!.id, names.length > mostFiles ? names.filter((name) => primary.test(name)) : names);
    });
  }
  return found;
}
