import { placeInFile, type FileProblem, type ReleaseFile } from '@millrace/admin-client';
import { followRing } from '@millrace/contracts';

interface Given {
  readonly file: string;
  readonly read: ReleaseFile;
}

/** Releases of these files that follow one another in a ring, each with its place. A ring through others is not seen. */
export function ringProblems(given: readonly Given[], file: string): readonly FileProblem[] {
  const definitions = given.flatMap(({ read }) => (read.ok ? [read.definition] : []));
  const own = given.find((one) => one.file === file)?.read;
  const ring = own?.ok ? followRing(definitions, own.definition.release) : null;
  if (!own?.ok || !ring) return [];
  const entry = (own.definition.follow ?? []).findIndex((one) => one.release === ring[1]);
  const text = `follow: these releases would follow one another in a ring: ${ring.join(' -> ')}`;
  return [{ ...placeInFile(file, ['follow', entry, 'release']), text }];
}
