import type { doors, DoorReply } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { table } from './table';
import { counted, some } from './words';

type Plan = DoorReply<typeof doors.scheduler.landingPlan>;
type Revert = DoorReply<typeof doors.scheduler.revertPlan>;
export type Landing = DoorReply<typeof doors.scheduler.landing>;

const states = { planned: '', placed: 'in', landed: 'landed', undone: 'out again', there: 'there before' } as const;

/** What a dry run shows: the order, what stands in the way, and what stays behind. */
export function planText(plan: Plan): string {
  const rows = plan.order.map((one, n) => [
    String(n + 1),
    one.component,
    one.nvr,
    one.system,
    one.there ? 'is there already' : 'lands',
  ]);
  return [
    table(['#', 'COMPONENT', 'BUILD', 'SYSTEM', ''], rows, 'nothing would land'),
    ...findingLines(plan.findings),
    ...stayingLines(plan.staying, plan.stays),
    '',
    `${counted(plan.order.length, 'build')} of ${plan.cascade} by ${plan.adapters.join(', ') || 'closing its place'}: ` +
      (plan.lands ? 'would land' : `would be refused: ${plan.because}`),
  ].join('\n');
}

export function landingText(landing: Landing): string {
  const rows = landing.steps.map((one, n) => [String(n + 1), one.component, one.nvr, states[one.state]]);
  return [
    table(['#', 'COMPONENT', 'BUILD', ''], rows.slice(0, 200), 'no builds'),
    ...findingLines(landing.findings),
    ...stayingLines(landing.staying, landing.stays),
    '',
    summaryOf(landing),
  ].join('\n');
}

/** What would go out again, and who has built on it. */
export function revertText(plan: Revert): string {
  const rows = plan.order.map((one, n) => [String(n + 1), one.component, one.nvr, one.system]);
  return [
    table(['#', 'COMPONENT', 'BUILD', 'SYSTEM'], rows, 'nothing would be taken back'),
    ...plan.built_on.map((one) => `built on it: ${one.component} ${one.nvr}`),
    ...plan.shipped.map((one) => `shipped in: ${one}`),
    '',
    plan.reverts ? `${counted(plan.order.length, 'build')} would be taken back` : `would be refused: ${plan.because}`,
  ].join('\n');
}

export function summaryOf(landing: Landing): string {
  const left = landing.stays > 0 ? `, ${landing.stays} stay behind` : '';
  const problem = landing.problem ? `: ${landing.problem}` : '';
  return `landing ${landing.landing} is ${landing.state}: ${landing.done} of ${counted(landing.total, 'build')}${left}${problem}`;
}

/** Ends a command with 1. */
export function notDone(what: string, because: string, cascade: string): AppError {
  return new AppError({
    code: 'landing-refused',
    kind: 'conflict',
    message: `${what}: ${because}`,
    remedy: `see \`millrace cascade explain ${cascade}\``,
  });
}

function findingLines(findings: Plan['findings']): string[] {
  return findings.flatMap((one) => [
    `${one.blocks ? 'in the way' : 'worth knowing'}: ${one.kind} ${one.component}: ${one.because}`,
    `  what to do: ${one.remedy}`,
  ]);
}

function stayingLines(staying: Plan['staying'], stays: number): string[] {
  if (stays === 0) return [];
  const more = stays > staying.length ? [`  and ${stays - staying.length} more`] : [];
  const shown = staying.slice(0, 100).map((one) => `  ${one.component}: ${one.because}`);
  const rest =
    staying.length > 100
      ? [
          `  ${some(
            staying.slice(100).map((one) => one.component),
            20,
          )}`,
        ]
      : [];
  return ['stays behind:', ...shown, ...rest, ...more];
}
