import type { BuildSystem } from '@millrace/build-systems';
import { AppError } from '@millrace/kernel';
import { asksBuiltin, builtinChecks, type CheckedBuild } from '../domain/builtin-checks';
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
  const isLater = !system.unmet && rebuild !== null && status.component.startsWith('rpm/');
  const unmet = isLater ? 'later' : await unmetOf(system, status.ref, contents.packages.length > 0);
  return { ...end, checks: builtinChecks({ contents, before: before?.contents ?? null, needs, unmet }) };
}

/**
 * What can be read never is no reason to make the build again; what may be read later is asked for again. Where nobody
 * looks at packages, that is said: nothing passes unseen. Of a cascade's builds the resolver says it, where the build system
 * cannot.
 */
async function unmetOf(system: BuildSystem, ref: string, hasPackages: boolean): Promise<CheckedBuild['unmet']> {
  if (!system.unmet) return hasPackages ? { unseen: `build system ${system.name} cannot say` } : null;
  try {
    return await system.unmet(ref);
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.kind === 'unavailable') throw thrown;
    return { unseen: thrown.message };
  }
}
