import { doors, type DoorReply } from '@millrace/contracts';
import { scopeOf, scopeOptions, type ScopeOptions } from '../act-scope';
import type { Context } from '../context';
import type { Leaf } from '../leaf';
import { table } from '../table';
import { orDash } from '../words';

interface Options extends ScopeOptions {
  readonly comment: string;
  readonly expires?: string;
}

type Waived = DoorReply<typeof doors.scheduler.cascadeWaive>['waived'][number];

/** What the gate made of a waiver; null: it has not said yet. */
interface Standing extends Waived {
  readonly waiver: number | null;
  readonly decision: string | null;
  readonly note: string | null;
}

/** How long the gates are given to say what they make of the waivers. */
const patienceMs = 10_000;
const everyMs = 200;

export const cascadeWaive: Leaf<Options> = {
  usage: 'waive [cascade] [component]',
  about:
    'Waives what keeps the gates of rebuilds shut, one waiver for each open reason: of a component, a tier, a cascade, or ' +
    'in all running cascades of a release. The waivers stay visible with your name.',
  options: (command) =>
    scopeOptions(command)
      .requiredOption('--comment <text>', 'why')
      .option('--expires <when>', 'until when: a time, or a duration such as 7d'),
  examples: [
    'cascade waive c-1 rpm/quern --comment "known flaky"',
    'cascade waive latest --tier 2 --comment "the test machine is broken" --expires 2d',
  ],
  run: async (context, args, { comment, expires, ...options }) => {
    const scope = await scopeOf(context, args.optional(0), args.optional(1), options);
    const about = { comment, ...(expires === undefined ? {} : { expires }) };
    const reply =
      'cascade' in scope
        ? await context.client.call(doors.scheduler.cascadeWaive, { ...scope, ...about })
        : await context.client.call(doors.scheduler.releaseWaive, { ...scope, ...about });
    const waived = await standingOf(context, reply.waived);
    context.show({ ...reply, waived }, () => text(waived));
  },
};

/** Each waiver as the gate has it, once it has. */
async function standingOf(context: Context, wanted: readonly Waived[]): Promise<readonly Standing[]> {
  const until = Date.now() + patienceMs;
  let left: readonly Standing[] = wanted.map((one) => ({ ...one, waiver: null, decision: null, note: null }));
  for (;;) {
    left = await Promise.all(left.map((one) => looked(context, one)));
    if (left.every((one) => one.waiver !== null) || Date.now() > until) return left;
    await new Promise((done) => setTimeout(done, everyMs));
  }
}

async function looked(context: Context, one: Standing): Promise<Standing> {
  if (one.waiver !== null) return one;
  const asked = { subject: one.subject, limit: 1 };
  const [verdict] = (await context.client.call(doors['ci-bridge'].gates, asked)).verdicts;
  const reason = verdict?.reasons.find(({ test }) => test === one.test);
  if (!verdict || !reason || reason.waiver === null) return one;
  const note = reason.state === 'waived' || reason.state === 'passed' ? null : reason.text;
  return { ...one, waiver: reason.waiver, decision: verdict.decision, note };
}

function text(waived: readonly Standing[]): string {
  const rows = waived.map((one) => {
    const gate = one.decision === null ? 'nothing yet: look at `millrace gate show`' : one.decision;
    const { component, subject, test, note, waiver } = one;
    return [component, subject, test, orDash(waiver?.toString() ?? null), note ? `${gate} (${note})` : gate];
  });
  return table(['COMPONENT', 'SUBJECT', 'TEST', 'WAIVER', 'GATE SAYS'], rows, '');
}
