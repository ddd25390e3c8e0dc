import type { DoorReply, doors } from '@millrace/contracts';
import type { Context } from './context';
import { table } from './table';
import { orDash } from './words';

type Reply = DoorReply<typeof doors.scheduler.cascadeCancel>;

/** What became of an act; of one on many, of each of them. */
export function showActs(context: Context, reply: Reply): void {
  context.show(reply, () => actsText(reply));
}

export function actsText({ text, acts = [] }: Pick<Reply, 'text' | 'acts'>): string {
  if (acts.length < 2 && acts.every((one) => one.done)) return text;
  const each = table(
    ['CASCADE', 'COMPONENT', 'DONE', 'WHAT'],
    acts.map((one) => [
      ...[one.cascade, orDash(one.component), one.done ? 'yes' : 'no'],
      one.remedy ? `${one.text} (${one.remedy})` : one.text,
    ]),
    '',
  );
  return `${text}\n\n${each}`;
}
