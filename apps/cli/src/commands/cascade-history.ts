import { doors, type DoorReply } from '@millrace/contracts';
import type { Leaf } from '../leaf';
import { cascadeIdOf } from '../naming';
import { paintState } from '../paint';
import { table } from '../table';
import { duration, when } from '../words';

type History = DoorReply<typeof doors.scheduler.history>;

interface Options {
  readonly release?: string;
  readonly limit: string;
}

export const cascadeHistory: Leaf<Options> = {
  usage: 'history [cascade]',
  about: 'Says how long cascades took, how often they went well and what they cost; of one cascade, each hop.',
  options: (command) =>
    command.option('--release <name>', 'of this release only').option('--limit <n>', 'cascades at most', '20'),
  examples: ['cascade history', 'cascade history latest', 'cascade history --release minidistro --json'],
  run: async (context, args, options) => {
    const named = args.optional(0);
    const asked = {
      release: options.release,
      limit: options.limit,
      ...(named === undefined ? {} : { cascade: await cascadeIdOf(context, named) }),
    };
    const history = await context.client.call(doors.scheduler.history, asked);
    for (let next = history.next ?? null; next !== null;) {
      const page = await context.client.call(doors.scheduler.history, { ...asked, after: next });
      history.hops.push(...page.hops);
      next = page.next ?? null;
    }
    context.show(history, () => {
      const cascades = cascadesText(history, (state) => paintState(context.paint, state));
      return named === undefined ? cascades : `${cascades}\n\n${hopsText(history)}`;
    });
  },
};

function cascadesText({ cascades, totals }: History, paint: (state: string) => string): string {
  const list = table(
    ['CASCADE', 'RELEASE', 'STATE', 'STARTED', 'LEAD', 'VALIDATED', 'FAILURES', 'WENT WELL', 'BUILDER HOURS'],
    cascades.map((c) => [
      ...[c.cascade, c.release, paint(c.state), when(c.startedAt), time(c.lead_s)],
      ...[`${c.validated} of ${c.rebuilds}`, String(c.failures), share(c.success_rate), c.builder_hours.toFixed(2)],
    ]),
    'no cascades',
  );
  const { lead, waiting, building, gating } = totals.hop_mean_s;
  const mean = `lead ${time(lead)}, waiting ${time(waiting)}, building ${time(building)}, gating ${time(gating)}`;
  return totals.hops === 0
    ? list
    : `${list}\n\n${totals.hops === 1 ? '1 hop' : `${totals.hops} hops`}, each on average: ${mean}`;
}

function hopsText({ hops }: History): string {
  return table(
    ['TIER', 'COMPONENT', 'STATE', 'ATTEMPT', 'LEAD', 'WAITING', 'BUILDING', 'GATING'],
    hops.map((hop) => [
      ...[String(hop.tier), hop.component, hop.state, String(hop.attempt)],
      ...[time(hop.lead_s), time(hop.waiting_s), time(hop.building_s), time(hop.gating_s)],
    ]),
    'no rebuilds',
  );
}

function time(seconds: number | null): string {
  return seconds === null ? '-' : duration(seconds * 1000);
}

function share(of: number | null): string {
  return of === null ? '-' : `${Math.round(of * 100)} %`;
}
