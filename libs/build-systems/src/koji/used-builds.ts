import type { Build, BuildId, Rpm } from '@millrace/koji';
import { buildrootsOf } from './look';
import type { KojiParts } from './settings';

/** NVRs of builds by their ids: the same few hundred are in nearly every build root. */
const names = new WeakMap<KojiParts, Map<BuildId, string>>();
const mostNames = 100_000;

/**
 * NVRs of the builds that were in a build's root, of one architecture, each once and sorted. null: it has no task, or the
 * hub keeps nothing of its roots any more.
 */
export async function inputsOf(parts: KojiParts, build: Build): Promise<readonly string[] | null> {
  if (!build.task_id) return null;
  const [root] = await buildrootsOf(parts, build.task_id);
  if (!root) return null;
  const rpms = await parts.hub.listBuildrootRpms(root.id);
  const known = await namesOf(parts, rpms);
  const nvrs = rpms.map((rpm) => known.get(rpm.build_id as BuildId) ?? `${rpm.name}-${rpm.version}-${rpm.release}`);
  return [...new Set(nvrs)].sort();
}

async function namesOf(parts: KojiParts, rpms: readonly Rpm[]): Promise<ReadonlyMap<BuildId, string>> {
  const known = names.get(parts) ?? new Map<BuildId, string>();
  names.set(parts, known);
  if (known.size > mostNames) known.clear();
  const unknown = [...new Set(rpms.flatMap((rpm) => rpm.build_id ?? []))].filter((id) => !known.has(id));
  const answers = unknown.length > 0 ? await parts.hub.getBuilds(unknown) : [];
  answers.forEach((answer, n) => {
    if (answer.ok && answer.value) known.set(unknown[n]!, answer.value.nvr);
  });
  return known;
}
