import { doors } from '@millrace/contracts';
import { misused, type Context } from '../context';
import { landingText, notDone, planText, summaryOf, type Landing } from '../landing-words';
import type { Leaf } from '../leaf';
import { cascadeIdOf } from '../naming';

interface Options {
  readonly partial?: boolean;
  readonly abort?: boolean;
  readonly dryRun?: boolean;
  readonly wait: boolean;
  readonly why: string;
}

const own = doors.scheduler;
const everyMs = 300;

export const cascadeLand: Leaf<Options> = {
  usage: 'land <cascade>',
  about:
    'Lands what a cascade has validated, when nothing stands in its way: all of it or nothing. Ends with 0 when it has ' +
    'landed, with 1 when it was refused and the release is as it was.',
  options: (command) =>
    command
      .option('--partial', 'the largest set that can go; what stays behind goes on in a cascade of its own')
      .option('--dry-run', 'only look: what would land, in which order, and what stands in the way')
      .option('--abort', 'ends a landing that is under way: what went in is taken out again, all of it')
      .option('--no-wait', 'do not wait for the end')
      .option('--why <text>', 'kept in the journal; must be given with --abort', ''),
  examples: [
    'cascade land c-1 --dry-run',
    'cascade land latest --why "the freeze is over"',
    'cascade land c-1 --partial --why "the rest follows"',
    'cascade land c-1 --abort --why "the installer broke"',
  ],
  run: async (context, args, options) => {
    const cascade = await cascadeIdOf(context, args.text(0));
    const partial = options.partial === true;
    if (options.abort === true) return abort(context, cascade, options);
    if (options.dryRun === true) return dryRun(context, cascade, partial);
    const reply = await context.client.call(own.cascadeLand, { cascade, partial, why: options.why });
    if (!options.wait) return context.show(reply, () => reply.text);
    context.note(reply.text);
    const landing = await untilOver(context, cascade, reply.landing);
    context.show(landing, () => landingText(landing));
    if (landing.state !== 'landed') throw notDone(`cascade ${cascade} has not landed`, landing.problem ?? '', cascade);
  },
};

/** Ends with 0 when the release is as it was, with 1 when the landing could not be held any more. */
async function abort(context: Context, cascade: string, { partial, dryRun, wait, why }: Options): Promise<void> {
  if (partial === true || dryRun === true) {
    throw misused('--abort goes with neither --partial nor --dry-run', 'see `millrace cascade land --help`');
  }
  if (why === '') throw misused('no reason is given', 'say why: millrace cascade land ID --abort --why "…"');
  const reply = await context.client.call(own.landingAbort, { cascade, why });
  if (!wait) return context.show(reply, () => reply.text);
  context.note(reply.text);
  const landing = await untilOver(context, cascade, reply.landing);
  context.show(landing, () => landingText(landing));
  if (landing.state !== 'refused') throw notDone(`landing ${landing.landing} went on`, landing.problem ?? '', cascade);
}

async function dryRun(context: Context, cascade: string, partial: boolean): Promise<void> {
  const plan = await context.client.call(own.landingPlan, { cascade, partial });
  context.show(plan, () => planText(plan));
  if (!plan.lands) throw notDone(`cascade ${cascade} would not land`, plan.because, cascade);
}

/** Until a landing, or its opposite, has ended; a line whenever it has gone on. */
export async function untilOver(context: Context, cascade: string, id: string): Promise<Landing> {
  let said = '';
  for (;;) {
    const landing = await context.client.call(own.landing, { cascade });
    if (landing.landing !== id || over.includes(landing.state)) return landing;
    const line = summaryOf(landing);
    if (line !== said) context.note(line);
    said = line;
    await new Promise((done) => setTimeout(done, everyMs));
  }
}

const over: readonly string[] = ['landed', 'refused', 'reverted', 'checked'];
