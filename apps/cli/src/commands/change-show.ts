import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { when } from '../words';
import { namesOf, outcomeText, type ChangeView } from './change-list';

export const changeShow: Leaf<object> = {
  usage: 'show <change>',
  about: 'Shows a change: who reported it, what the rules say of it, what became of it and why.',
  examples: ['change show ch-0123456789ab', 'change show ch-0123456789ab --json'],
  run: async (context, args) => {
    const change = await context.client.call(doors.scheduler.change, { change: args.text(0) });
    context.show(change, () => changeText(change));
  },
};

function changeText(change: ChangeView): string {
  const { rule, decided, message, dropped } = change;
  return [
    `change ${change.change} of ${change.release}: ${namesOf(change)}`,
    `  reported   ${change.kind}, urgency ${change.urgency}, by ${change.by}, ${when(change.at)}: ${change.why}`,
    ...(message ? [`  message    ${message.id} of ${message.source}`] : []),
    ...change.components.flatMap((one) => (one.commit ? [`  commit     ${one.commit} of ${one.component}`] : [])),
    `  rule       ${rule ? `${rule.outcome}: ${rule.reason}` : 'none matches'}`,
    ...(decided
      ? [
          `  decided    ${decided.approved ? 'approved' : 'rejected'} by ${decided.by}, ${when(decided.at)}: ${decided.why}`,
        ]
      : []),
    `  outcome    ${outcomeText(change)}${change.until ? ` until ${when(change.until)}` : ''}`,
    `  because    ${change.because}`,
    ...dropped.map((one) => `  left out   ${one.because}`),
  ].join('\n');
}
