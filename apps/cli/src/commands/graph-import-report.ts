import { doors, type DoorReply } from '@millrace/contracts';
import { AppError, toAppError } from '@millrace/kernel';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../context';
import { counted } from '../words';

type Status = DoorReply<typeof doors.resolver.snapshots>;
type Report = Status['snapshots'][number]['report'];

const pollMs = 250;
const noteEveryMs = 2000;

/** A resolver that is started again goes on with the import: for so long it may be away. */
const patienceMs = 60_000;

/**
 * Waits until an import has ended, says how far it is meanwhile, and shows its report.
 * @param before  the newest snapshot before it
 */
export async function followImport(
  context: Context,
  release: string,
  number: number,
  before: string | null,
): Promise<void> {
  const started = Date.now();
  let noted = started;
  let seen = started;
  for (;;) {
    const status = await statusOf(context, release, Date.now() - seen < patienceMs);
    if (status === null) {
      await sleep(pollMs);
      continue;
    }
    seen = Date.now();
    if (status.last && status.last.number >= number) return ended(context, status, before);
    if (Date.now() - noted >= noteEveryMs) {
      noted = Date.now();
      context.note(progressWords(status, Math.round((noted - started) / 1000)));
    }
    await sleep(pollMs);
  }
}

/** null while the resolver is away and may be waited for. */
async function statusOf({ client }: Context, release: string, mayWait: boolean): Promise<Status | null> {
  try {
    return await client.call(doors.resolver.snapshots, { release, limit: 1 });
  } catch (thrown) {
    if (mayWait && toAppError(thrown).kind === 'unavailable') return null;
    throw thrown;
  }
}

/** `12 s: 35000 packages` */
export function progressWords({ importing }: Pick<Status, 'importing'>, seconds: number): string {
  const progress = importing?.progress;
  if (!progress) return `${seconds} s: reading`;
  return `${seconds} s: ${progress.read > 0 ? `${progress.read} ` : ''}${progress.what}`;
}

function ended(context: Context, status: Status, before: string | null): void {
  const { release, newest, last, snapshots } = status;
  if (last!.problem !== null) {
    throw new AppError({
      code: 'import-failed',
      kind: 'invalid',
      message: `${last!.text}: ${last!.problem}`,
      remedy: last!.remedy ?? 'mend what it names and import again',
    });
  }
  const report = snapshots[0]?.report;
  const value = { release, snapshot: newest, unchanged: newest === before, text: last!.text, report };
  context.show(value, () => [`${release}: ${last!.text}`, ...(report ? reportLines(report) : [])].join('\n'));
}

/** What an import found, for people: counts, what nothing satisfies, duplicates, what was left out, what changed. */
export function reportLines(report: Report): readonly string[] {
  const { counts, unresolved, duplicates, left_out: leftOut, changes, problems } = report;
  return [
    ...Object.entries(counts).map(([what, count]) => `  ${what.replaceAll('_', ' ')}: ${count}`),
    ...Object.entries(unresolved).flatMap(([kind, of]) => someLines(`unresolved (${kind})`, of)),
    ...someLines('duplicates', duplicates),
    ...someLines('left out', leftOut),
    ...(changes ? changeLines(changes) : []),
    ...(unresolved['problem'] ? [] : problems.slice(0, 5).map((one) => `  ${one}`)),
  ];
}

function changeLines({ added, removed, changed, examples, broken }: NonNullable<Report['changes']>): readonly string[] {
  return [
    `  since the last snapshot: ${added} added, ${removed} removed, ${changed} changed`,
    ...(examples ?? []).slice(0, 6).map((one) => `    ${one}`),
    ...someLines('broken since then', broken),
  ];
}

function someLines(what: string, of: Report['duplicates']): readonly string[] {
  if (!of || of.total === 0) return [];
  const shown = of.examples.slice(0, 3);
  const more = of.total - shown.length;
  return [
    `  ${what}: ${of.total}`,
    ...shown.map((one) => `    ${one}`),
    ...(more > 0 ? [`    and ${counted(more, 'other')}`] : []),
  ];
}
