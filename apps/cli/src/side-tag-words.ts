import { doors, type DoorReply } from '@millrace/contracts';
import type { Context } from './context';
import { duration, orDash, some } from './words';

type Reply = DoorReply<typeof doors.scheduler.sideTags>;
export type SideTagView = Reply['sideTags'][number];

/** Side tags as the build systems have them; who could not be asked is said beside. */
export async function sideTagsOf(
  context: Context,
  wish: { readonly release?: string | undefined; readonly cascade?: string | undefined; readonly all?: boolean },
): Promise<readonly SideTagView[]> {
  const { sideTags, unknown } = await context.client.call(doors.scheduler.sideTags, wish);
  for (const one of unknown) context.note(`${one.system} of release ${one.release} cannot be asked: ${one.because}`);
  return sideTags;
}

/** One line of a table. */
export function sideTagLine(one: SideTagView): readonly string[] {
  const { release, cascade, tag, state, builds, age, owner, orphan, because } = one;
  return [
    ...[release, orDash(cascade), tag, state, String(builds), age === null ? '-' : ageText(age), orDash(owner)],
    ...[orphan ? 'yes' : '', because],
  ];
}

export const sideTagHead = ['RELEASE', 'CASCADE', 'TAG', 'STATE', 'BUILDS', 'AGE', 'OWNER', 'ORPHAN', 'WHY'] as const;

/** Days where there are any: side tags live long. */
function ageText(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  return days > 0 ? `${days}d` : duration(seconds * 1000);
}

/** What `millrace sidetag clean` leaves, and why. */
export function staysWords({ because, unlanded }: Pick<SideTagView, 'because' | 'unlanded'>): string {
  return unlanded.length > 0
    ? `it has what did not land: ${some(unlanded)}; --unlanded removes it all the same`
    : because;
}
