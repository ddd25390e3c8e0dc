import { toAppError } from '@millrace/kernel';
import { targetsOf, type CheckedHub } from './check-places';
import { right, wrong, type KojiFinding } from './finding';
import type { KojiRelease } from './settings';

/**
 * Makes a side tag of each build tag that a release wants them of, and removes it at once: a hub tells nobody what its
 * policy `sidetag` allows.
 */
export async function trySideTags(
  { hub, features, who }: CheckedHub,
  releases: ReadonlyMap<string, KojiRelease>,
): Promise<readonly KojiFinding[]> {
  if (who === null || !features.sideTags) return [];
  const wanting = targetsOf(releases).filter(({ type, target }) => type === 'rpm' && target?.isolation === 'side-tag');
  const findings: KojiFinding[] = [];
  for (const { what, target } of wanting) {
    const found = target?.target ? await hub.getBuildTarget(target.target) : null;
    if (found) findings.push(await tryOne(hub, what, found.build_tag_name));
  }
  return findings;
}

async function tryOne(hub: CheckedHub['hub'], what: string, base: string): Promise<KojiFinding> {
  try {
    const made = await hub.write.createSideTag(base);
    if (made.kind === 'happened') return wrong(what, 'the hub did not say what it made', 'see koji list-sidetags');
    await hub.write.removeSideTag(made.value.name);
    return right(what, `side tag ${made.value.name} of ${base} was made and removed`);
  } catch (thrown) {
    const { message, remedy } = toAppError(thrown);
    return wrong(what, message, remedy ?? "ask the hub's administrators for the policy `sidetag`");
  }
}
