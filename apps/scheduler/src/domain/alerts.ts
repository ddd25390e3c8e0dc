import { alertEnded, alertRaised, type AlertKind } from '@millrace/contracts';
import type { Moment } from '@millrace/kernel';
import type { AlertRow } from './state';
import type { Turn } from './turn';
import { clip } from './words';

/** What hangs now. */
export interface Hanging {
  readonly kind: AlertKind;
  readonly subject: string;
  readonly since: Moment;
  readonly text: string;
  readonly remedy: string;
}

export function alertId(kind: AlertKind, subject: string): string {
  return `${kind}/${subject}`;
}

/**
 * Raises what hangs and is not raised, and ends what is raised and does not hang any more: each is said once. The
 * slice holds the release's open alerts, and of what crosses releases those of others.
 */
export function settleAlerts(turn: Turn, release: string, hanging: readonly Hanging[]): void {
  const wanted = new Map(hanging.map((one) => [alertId(one.kind, one.subject), one]));
  for (const [id, one] of wanted) {
    const known = turn.find('alerts', id);
    if (!known || known.endedAt !== null) raise(turn, release, id, one, known);
  }
  for (const row of turn.all('alerts')) {
    if (row.release === release && row.endedAt === null && !wanted.has(row.id)) end(turn, row);
  }
}

function raise(turn: Turn, release: string, id: string, one: Hanging, known: AlertRow | undefined): void {
  const text = clip(one.text, 1000);
  const remedy = clip(one.remedy, 1000);
  const row = { ...one, id, revision: known?.revision ?? 0, release, text, remedy, endedAt: null };
  turn.put('alerts', row);
  turn.say(alertRaised, id, dataOf(row));
}

function end(turn: Turn, row: AlertRow): void {
  const ended = turn.put('alerts', { ...row, endedAt: turn.at });
  turn.say(alertEnded, ended.id, { ...dataOf(ended), ended: turn.at });
}

function dataOf({ id: alert, kind, release, subject: about, since, text, remedy }: AlertRow) {
  return { alert, kind, release, about, since, text, remedy };
}
