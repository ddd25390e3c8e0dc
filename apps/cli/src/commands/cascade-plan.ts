import { doors, scopeNames, type DoorReply } from '@millrace/contracts';
import { misused } from '../context';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';
import { nvrCell, nvrNotes } from '../nvr-words';
import { table } from '../table';
import { counted, duration, some, when } from '../words';
import { collected } from './graph-options';
import { setOf, setOptions, type SetOptions } from './set-options';

interface Options extends SetOptions {
  readonly scope: readonly string[];
}

type Plan = DoorReply<typeof doors.scheduler.cascadePlan>;
type Outlook = Plan['outlook'];

/** A terminal is no place for a whole distribution. */
const mostRows = 1000;

export const cascadePlan: Leaf<Options> = {
  usage: 'plan [components...]',
  about:
    'Shows what a cascade would rebuild, in which order, how long it takes, and how far a change goes in each scope. ' +
    'Nothing is started or stored.',
  options: (command) =>
    setOptions(command).option(
      '--scope <scope>',
      `show only this one; may be repeated: ${scopeNames.join(', ')}`,
      collected,
      [],
    ),
  examples: [
    'cascade plan rpm/libstone',
    'cascade plan rpm/libstone --scope capability --scope direct --json',
    'cascade plan --all --release minidistro',
    'cascade plan --owner ada --since 14d --no-ordered',
  ],
  run: async (context, args, options) => {
    const set = setOf(args.list(0), options, context.now());
    const scopes = options.scope.length === 0 ? {} : { scopes: options.scope.map(scopeOf) };
    const release = await releaseOf(context, options.release);
    const plan = await context.client.call(doors.scheduler.cascadePlan, { release, ...set, ...scopes });
    context.show(plan, () => planText(plan));
  },
};

function scopeOf(text: string): (typeof scopeNames)[number] {
  const found = scopeNames.find((one) => one === text);
  if (found) return found;
  throw misused(`'${text}' is no scope`, `choose from ${scopeNames.join(', ')}`);
}

function planText(plan: Plan): string {
  const rows = plan.rebuilds.slice(0, mostRows).map((r) => {
    const name = r.component + (r.pass > 1 ? ` (pass ${r.pass})` : '');
    return [String(r.tier), name, nvrCell(r.nvr), some(r.needs), r.because];
  });
  return [
    table(['TIER', 'COMPONENT', 'NVR', 'NEEDS', 'BECAUSE'], rows, 'nothing would be rebuilt'),
    ...(plan.rebuilds.length > mostRows ? [`… and ${plan.rebuilds.length - mostRows} more (--json has all)`] : []),
    '',
    `${counted(plan.rebuilds.length, 'rebuild')} in ${counted(plan.tiers, 'tier')}, on snapshot ${plan.snapshot}`,
    `time: ${timeText(plan.outlook)}`,
    ...(plan.outlook.criticalPath.length > 1 ? [`longest chain: ${some(plan.outlook.criticalPath, 8)}`] : []),
    ...(plan.budget ?? []).map((one) => `${one.over ? 'over budget' : 'budget'}: ${one.text}`),
    ...doneText(plan),
    ...plan.rebuilds.flatMap(({ component, nvr }) => (nvr ? nvrNotes(component, { ...nvr, because: '' }) : [])),
    ...plan.knots.map((knot) => `knot: ${knot.join(', ')}`),
    ...(plan.likely.length > 0 ? [`likely to follow: ${plan.likely.length}: ${some(plan.likely, 12)}`] : []),
    ...(plan.atMost.length > 0 ? [`at most: ${plan.atMost.length}: ${some(plan.atMost, 12)}`] : []),
    ...(plan.scopes.length > 0 ? ['', scopesText(plan.scopes)] : []),
  ].join('\n');
}

/** What has been built since the set's time. */
function doneText({ done = [], done_count: count = done.length }: Plan): string[] {
  if (count === 0) return [];
  const names = done.map((one) => one.component);
  return [`done already, and left out: ${count}: ${some(names, 12)}`];
}

/** The named components with all that they reach, a line for each scope. */
function scopesText(scopes: Plan['scopes']): string {
  const rows = scopes.map((one) => [
    one.scope + (one.chosen ? ' (chosen)' : ''),
    String(one.rebuilds),
    String(one.tiers),
    String(one.knots),
    hoursText(one.builderHours),
    hoursText(one.expectedHours),
    hoursText(one.criticalHours),
  ]);
  return table(['SCOPE', 'REBUILDS', 'TIERS', 'KNOTS', 'BUILDERS', 'EXPECTED', 'AT LEAST'], rows, '');
}

function timeText(outlook: Outlook): string {
  const { builderHours, expectedHours, expectedFinish, criticalHours, learned } = outlook;
  const { expectedStart: start, expectedLanding: lands, quietHours: quiet } = outlook;
  const share = `${Math.round(100 * learned)} % of the durations are learned`;
  const begins = start === undefined ? 'if it starts now' : `since a freeze lets it start at ${when(start)}`;
  const landing = lands === undefined ? '' : `, and lands at ${when(lands)} when a freeze ends`;
  const pauses = quiet === undefined ? '' : `, ${hoursText(quiet)} of it in quiet hours`;
  const end = `ends about ${when(expectedFinish)} ${begins}${landing}${pauses}`;
  return (
    `${hoursText(expectedHours)} (${end}), ${hoursText(builderHours)} of builders, ` +
    `at least ${hoursText(criticalHours)}; ${share}`
  );
}

function hoursText(hours: number): string {
  return duration(hours * 3_600_000);
}
