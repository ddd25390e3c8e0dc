import { doors, durationMs, type DoorReply } from '@millrace/contracts';
import { moment } from '@millrace/kernel';
import { misused } from '../context';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';
import { table } from '../table';
import { counted, when } from '../words';

interface Options {
  readonly release?: string;
  readonly since: string;
  readonly until?: string;
  readonly limit: string;
  readonly offset: string;
}

type Report = DoorReply<typeof doors.scheduler.shadow>;

export const reportShadow: Leaf<Options> = {
  usage: 'shadow',
  about:
    'What people built in a release since a time, what Millrace would have built, in which order, and what it would ' +
    'have caught (what nobody built, what was built too early) or missed.',
  options: (command) =>
    command
      .requiredOption(
        '--since <time>',
        'a time such as 2026-02-01T08:00:00Z or 2026-02-01, or before now: 90m, 12h, 7d',
      )
      .option('--until <time>', 'likewise; left out: now')
      .option('--release <name>', 'the release, where there are several')
      .option('--limit <n>', 'of each list, at most 1000', '200')
      .option('--offset <n>', 'how much of each list is passed over', '0'),
  examples: ['report shadow --release f43 --since 7d', 'report shadow --since 2026-02-01 --json'],
  run: async (context, _, options) => {
    const now = context.now();
    const report = await context.client.call(doors.scheduler.shadow, {
      release: await releaseOf(context, options.release),
      since: timeOf(options.since, now),
      ...(options.until === undefined ? {} : { until: timeOf(options.until, now) }),
      limit: options.limit,
      offset: options.offset,
    });
    context.show(report, () => reportText(report, context.paint.bind(null, 'bold')));
  },
};

/** A time, or one so long before now. */
export function timeOf(text: string, now: string): string {
  if (/^\d+(ms|s|m|h|d)$/.test(text)) return moment(Date.parse(now) - durationMs(text));
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(ms)) return moment(ms);
  throw misused(`'${text}' is no time`, 'write 2026-02-01T08:00:00Z, 2026-02-01, or before now: 90m, 12h, 7d');
}

function reportText(report: Report, bold: (text: string) => string): string {
  const { counts, truncated } = report;
  return [
    bold(`${report.release} from ${when(report.since)} to ${when(report.until)}, mode ${report.mode}`),
    `people made ${counted(counts.people, 'build')}, ${counts.failed} of which failed; ${counts.changes} started a plan`,
    `Millrace would have made ${counted(counts.planned, 'build')}; people made ${counts.both} of them`,
    `caught: ${counts.forgotten} that nobody built, ${counts.wrong_order} built too early; missed: ${counts.missed}`,
    ...(counts.own ? [`Millrace itself made ${counted(counts.own, 'build')}, which are left out here`] : []),
    ...(truncated ? ['more was stored than is looked at: a later --since tells all'] : []),
    ...section(bold('what people built'), report.people.length, () =>
      table(
        ['#', 'AT', 'COMPONENT', 'BUILD', 'BY', 'STATE'],
        report.people.map((one) => [String(one.order), when(one.endedAt), one.component, one.nvr, one.by, one.state]),
        '',
      ),
    ),
    ...section(bold('what would have been built'), report.planned.length, () => plannedTable(report.planned)),
    ...section(bold('caught: nobody built it'), report.forgotten.length, () => plannedTable(report.forgotten)),
    ...section(bold('caught: built too early'), report.wrong_order.length, () =>
      table(
        ['COMPONENT', 'BUILD', 'HAD BEGUN BEFORE', 'PLAN'],
        report.wrong_order.map((one) => [one.component, one.nvr, `${one.needs} (${one.needsNvr})`, one.plan]),
        '',
      ),
    ),
    ...section(bold('missed: no plan foresaw it'), report.missed.length, () =>
      table(
        ['COMPONENT', 'BUILD', 'BY', 'WHY'],
        report.missed.map((one) => [one.component, one.nvr, one.by, one.because]),
        '',
      ),
    ),
  ].join('\n');
}

function plannedTable(rows: Report['planned']): string {
  return table(
    ['#', 'TIER', 'COMPONENT', 'PLAN', 'BECAUSE', 'PEOPLE BUILT'],
    rows.map((one) => [String(one.order), String(one.tier), one.component, one.plan, one.because, one.nvr ?? '-']),
    '',
  );
}

function section(title: string, length: number, text: () => string): string[] {
  return length === 0 ? [] : ['', title, text()];
}
