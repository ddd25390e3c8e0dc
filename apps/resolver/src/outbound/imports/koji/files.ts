import type { KojiHub } from '@millrace/koji';
import { z } from 'zod';
import type { Means } from '../importer';
import type { AddedPackages } from './packages';
import { answered, inChunks, type TaggedContents } from './tag-contents';

const fileList = z.array(z.looseObject({ name: z.string() }));

/**
 * The files that somebody requires, looked up in the hub's file lists: of packages that are named as such a file is, and
 * of all others only when everything is wanted, since a hub has no index of files.
 */
export async function addFiles(
  hub: KojiHub,
  contents: readonly TaggedContents[],
  { wantedFiles: wanted, numbers }: AddedPackages,
  deep: boolean,
  { builder, progress }: Means,
): Promise<void> {
  if (wanted.size === 0) return;
  const names = new Set([...wanted].map((path) => path.split('/').at(-1)!));
  const rpms = contents.flatMap((one) => one.binaries).filter((rpm) => deep || names.has(rpm.name));
  await inChunks(rpms, async (chunk, done) => {
    progress(done, `of ${rpms.length} file lists`);
    const calls = chunk.map((rpm) => ({ method: 'listRPMFiles', params: [rpm.id] }));
    const answers = await hub.askMany(calls, fileList);
    answers.forEach((answer, n) => {
      for (const { name } of answered(answer)) if (wanted.has(name)) builder.file(numbers.get(chunk[n]!.id)!, name);
    });
    return [];
  });
}
