import type { BuildSystem } from '@millrace/build-systems';
import { asksBuiltin, builtinChecks } from '../domain/builtin-checks';
import type { EndedBuild } from '../domain/input';
import type { RebuildRow, ReleaseRow } from '../domain/state';
import type { Outside } from './outside';

/** A complete build with the checks of ours, where a gate of its release looks at them. Bootstrap builds are makeshift. */
export async function checkedBuild(
  { read }: Pick<Outside, 'read'>,
  system: BuildSystem,
  release: ReleaseRow,
  rebuild: RebuildRow | null,
  end: EndedBuild,
): Promise<EndedBuild> {
  const { contents, status } = end;
  if (contents === null || status.bootstrap || !asksBuiltin(release.definition, status.component)) return end;
  const validated = await read.validated.get(`${release.id}/${status.component}`);
  const before = validated ? await read.contents.get(validated.contents) : null;
  const needs = rebuild ? await read.rebuilds.getMany(rebuild.needs) : [];
  const unmet = (await system.unmet?.(status.ref)) ?? null;
  return { ...end, checks: builtinChecks({ contents, before: before?.contents ?? null, needs, unmet }) };
}
