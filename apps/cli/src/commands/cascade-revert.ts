import { doors } from '@millrace/contracts';
import { misused } from '../context';
import { landingText, notDone, revertText } from '../landing-words';
import type { Leaf } from '../leaf';
import { cascadeIdOf } from '../naming';
import { untilOver } from './cascade-land';

interface Options {
  readonly builtOn?: boolean;
  readonly dryRun?: boolean;
  readonly wait: boolean;
  readonly why: string;
}

const own = doors.scheduler;

export const cascadeRevert: Leaf<Options> = {
  usage: 'revert <cascade>',
  about:
    'Takes a landed cascade back: its builds leave the release, the last first, and what they had replaced counts again. ' +
    'Refused once it has shipped in a compose or an update.',
  options: (command) =>
    command
      .option('--dry-run', 'only look: what would be taken back, in which order, and who has built on it')
      .option('--built-on', 'although others have built on it since')
      .option('--no-wait', 'do not wait for the end')
      .option('--why <text>', 'kept in the journal; must be given', ''),
  examples: ['cascade revert c-1 --dry-run', 'cascade revert c-1 --why "the new soname broke the installer"'],
  run: async (context, args, options) => {
    const cascade = await cascadeIdOf(context, args.text(0));
    if (options.dryRun === true) {
      const plan = await context.client.call(own.revertPlan, { cascade });
      context.show(plan, () => revertText(plan));
      if (!plan.reverts) throw notDone(`cascade ${cascade} would not be taken back`, plan.because, cascade);
      return;
    }
    if (options.why === '') throw misused('no reason is given', 'say why: millrace cascade revert ID --why "…"');
    const request = { cascade, built_on: options.builtOn === true, why: options.why };
    const reply = await context.client.call(own.cascadeRevert, request);
    if (!options.wait) return context.show(reply, () => reply.text);
    context.note(reply.text);
    const landing = await untilOver(context, cascade, reply.landing);
    context.show(landing, () => landingText(landing));
    if (landing.state !== 'reverted')
      throw notDone(`cascade ${cascade} is not taken back`, landing.problem ?? '', cascade);
  },
};
