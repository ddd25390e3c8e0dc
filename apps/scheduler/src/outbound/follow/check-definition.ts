import { followRing, type doors, type DoorReply, type ReleaseDefinition } from '@millrace/contracts';
import type { Outside } from '../outside';

type Problem = DoorReply<typeof doors.scheduler.releaseCheck>['problems'][number];

/** What a definition follows and nobody knows, or in a ring. */
export async function followProblems(
  read: Pick<Outside['read'], 'releases'>,
  definition: ReleaseDefinition,
): Promise<readonly Problem[]> {
  const { follow = [], release } = definition;
  if (follow.length === 0) return [];
  const others = (await read.releases.where({})).map((row) => row.definition).filter((one) => one.release !== release);
  const unknown = follow.flatMap((one, n): Problem[] => {
    if (others.some((other) => other.release === one.release)) return [];
    const remedy = 'apply its definition, or name another: millrace release list';
    return [{ path: ['follow', n, 'release'], text: `there is no release '${one.release}' here`, remedy }];
  });
  const ring = followRing([...others, definition], release);
  if (!ring) return unknown;
  const at = follow.findIndex((one) => one.release === ring[1]);
  const text = `these releases would follow one another in a ring: ${ring.join(' -> ')}`;
  return [...unknown, { path: ['follow', at, 'release'], text, remedy: 'take one `follow` out of their definitions' }];
}
