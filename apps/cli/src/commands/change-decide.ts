import { doors } from '@millrace/contracts';
import type { Leaf } from '../leaf';

interface Options {
  readonly why: string;
}

const { changeApprove: approve, changeReject: reject } = doors.scheduler;

export const changeApprove = decide('approve', approve, 'Lets a change that waits for approval go on.');
export const changeReject = decide('reject', reject, 'Ignores a change that waits for approval.');

function decide(verb: string, door: typeof approve | typeof reject, about: string): Leaf<Options> {
  return {
    usage: `${verb} <change>`,
    about,
    options: (command) => command.option('--why <text>', 'kept with the change and in the journal', ''),
    examples: [`change ${verb} ch-0123456789ab --why "…"`],
    run: async (context, args, { why }) => {
      const reply = await context.client.call(door, { change: args.text(0), why });
      context.show(reply, () => {
        const where = reply.cascade === null ? '' : ` in cascade ${reply.cascade}`;
        return `change ${reply.change} is ${verb === 'approve' ? 'approved' : 'rejected'}${where}: ${reply.because}`;
      });
    },
  };
}
