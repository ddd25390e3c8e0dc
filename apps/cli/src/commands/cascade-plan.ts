import { doors, type DoorReply } from '@millrace/contracts';
import { misused } from '../context';
import type { Leaf } from '../leaf';
import { componentOf, releaseOf } from '../naming';
import { table } from '../table';
import { counted, some } from '../words';

export interface SetOptions {
  readonly release?: string;
  readonly all?: boolean;
  readonly why?: string;
}

export const cascadePlan: Leaf<SetOptions> = {
  usage: 'plan [components...]',
  about: 'Shows what a cascade would rebuild, and in which order. Nothing is started or stored.',
  options: (command) =>
    command
      .option('--release <name>', 'the release; not needed when there is only one')
      .option('--all', 'every component of the release'),
  examples: ['cascade plan rpm/libstone', 'cascade plan --all --release minidistro'],
  run: async (context, args, options) => {
    const set = setOf(args.list(0), options);
    const release = await releaseOf(context, options.release);
    const plan = await context.client.call(doors.scheduler.cascadePlan, { release, ...set });
    context.show(plan, () => planText(plan));
  },
};

/** What is to be rebuilt: the named components, or all; one of the two. */
export function setOf(names: readonly string[], options: SetOptions): { components: string[]; all: boolean } {
  const all = options.all === true;
  if (all !== names.length > 0) return { components: names.map(componentOf), all };
  throw misused(
    all ? '--all and components exclude each other' : 'nothing is named',
    'name components, or give --all for every component of the release',
  );
}

function planText(plan: DoorReply<typeof doors.scheduler.cascadePlan>): string {
  const rows = plan.rebuilds.map((r) => [
    String(r.tier),
    r.component + (r.pass > 1 ? ` (pass ${r.pass})` : ''),
    some(r.needs),
    r.because,
  ]);
  return [
    table(['TIER', 'COMPONENT', 'NEEDS', 'BECAUSE'], rows, 'nothing would be rebuilt'),
    '',
    `${counted(plan.rebuilds.length, 'rebuild')} in ${counted(plan.tiers, 'tier')}, on snapshot ${plan.snapshot}`,
    ...plan.knots.map((knot) => `knot: ${knot.join(', ')}`),
    ...(plan.likely.length > 0 ? [`likely to follow: ${plan.likely.length}: ${some(plan.likely, 12)}`] : []),
    ...(plan.atMost.length > 0 ? [`at most: ${plan.atMost.length}: ${some(plan.atMost, 12)}`] : []),
  ].join('\n');
}
