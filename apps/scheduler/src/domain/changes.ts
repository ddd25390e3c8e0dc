import { changeDetected } from '@millrace/contracts';
import { digestOf, later, refuse, type Refusal } from '@millrace/kernel';
import type { ChangeRow } from './change-rows';
import { consider } from './consider';
import type { ChangeInput, ChangeToCheck, Hindrance, ReportedChange } from './input';
import type { Turn } from './turn';
import { clip, listed } from './words';

export interface ChangeReply {
  readonly change: string;
  readonly outcome: ChangeRow['outcome'];
  readonly cascade: string | null;
  readonly because: string;
}

/** Somebody on the bus says that components changed: their sources and the graph are looked up first. */
export function changeHeard(turn: Turn, input: Extract<ChangeInput, { type: 'change.heard' }>): Refusal | null {
  if (!turn.find('releases', input.release)) return unknownRelease(input.release);
  const { release, kind, components, urgency, by, why, message } = input;
  const of = { change: changeId(turn), release, kind, components, urgency, by, why };
  const order = { ...of, ...(message ? { message } : {}), ...(input.set ? { set: input.set } : {}), times: 0 };
  if (input.foreign) passOver(turn, order, input.foreign);
  else check(turn, order);
  return null;
}

/** The look-up did not go: put off while the resolver cannot be asked, else the change is ignored with the reason. */
export function changeUnchecked(turn: Turn, order: ChangeToCheck, fault: Hindrance): void {
  if (fault.kind === 'unavailable' || fault.kind === 'conflict')
    return check(turn, { ...order, times: order.times + 1 });
  passOver(turn, order, `${fault.message}${fault.remedy ? ` (${fault.remedy})` : ''}`);
}

/** It is kept as ignored, with the reason, and nothing was looked up. */
function passOver(turn: Turn, order: ChangeToCheck, reason: string): void {
  const { change: id, release, kind, urgency, by, why, message = null } = order;
  const components = order.components.map((one) => ({
    component: one.component,
    source: null,
    nvr: one.nvr ?? null,
  }));
  const because = clip(reason, 500);
  const of = { id, revision: 0, release, kind, components, all: false, urgency, by, why, message };
  detected(turn, { ...of, outcome: 'ignored', cascade: null, because, at: turn.at });
}

/** Orders the look-up; each time it was put off it waits longer, at most five minutes. */
export function check(turn: Turn, order: ChangeToCheck): void {
  const pause = order.times === 0 ? undefined : later(turn.at, Math.min(300_000, 5000 * 2 ** order.times));
  const kind = order.follows ? 'follow.check' : 'change.check';
  turn.work(kind, `${order.change}/${order.times}`, order, pause);
}

/** A change with its sources known: it starts a cascade, joins the running one, waits, or is ignored. */
export function changeReported(turn: Turn, change: ReportedChange, asked: boolean): Refusal | ChangeReply {
  const release = turn.find('releases', change.release);
  if (!release) return unknownRelease(change.release);
  if (asked && change.unknown.length > 0) return unknownComponents(change);
  const { kind, components, all, urgency, by, why, message = null, build = null } = change;
  const unknown = change.unknown.map(({ component, hint }) => ({
    component,
    because: `the graph does not know ${component}: ${hint}`,
  }));
  const dropped = [...unknown, ...(change.own ?? [])];
  return consider(turn, release, {
    ...{ id: change.id ?? changeId(turn), revision: 0, release: release.id },
    ...{ kind, components, all, urgency, by, why, message, build, dropped },
    ...(change.ordered === false ? { ordered: false } : {}),
    ...(change.follows ? { follows: change.follows } : {}),
    ...{ outcome: 'ignored', cascade: null, because: '', at: turn.at },
    settles: kind !== 'set' && !asked,
  });
}

/** Keeps a change as it is now, and says it. */
export function detected(turn: Turn, row: ChangeRow): ChangeReply {
  turn.put('changes', row);
  const { id: change, release, urgency, by, outcome, cascade, because } = row;
  const named = row.components.length > 0 ? row.components : (row.dropped ?? []).map(bare);
  const components = named.slice(0, 500).map((one) => ({ ...one }));
  turn.say(changeDetected, components[0]?.component ?? release, {
    // A released enumeration never grows: what a snapshot misses is said as missing, and what triggered it beside it.
    ...{ change, release, kind: row.kind === 'snapshot' ? 'missing' : row.kind, trigger: row.kind },
    ...{ components, urgency, by, why: clip(row.why, 500), outcome, cascade, because },
    ...(row.message ? { message: row.message } : {}),
    ...(row.rule ? { rule: row.rule } : {}),
    ...(row.waitsFor ? { waits_for: row.waitsFor, until: row.until ?? null } : {}),
  });
  return { change, outcome, cascade, because };
}

function bare({ component }: { readonly component: string }) {
  return { component, source: null, nvr: null };
}

function unknownComponents(change: ReportedChange): Refusal {
  const names = listed(change.unknown.map((one) => one.component));
  const hints = [...new Set(change.unknown.map((one) => one.hint))].slice(0, 3).join('; ');
  const because = `release ${change.release} has no component ${names}`;
  const see = hints.includes('millrace graph') ? '' : ' (see `millrace graph show`)';
  return refuse('component-unknown', because, `${hints}${see}`, 'missing');
}

export function unknownRelease(name: string): Refusal {
  const remedy = 'apply its definition first: millrace release apply FILE (see `millrace release list`)';
  return refuse('release-unknown', `there is no release ${name}`, remedy, 'missing');
}

export function changeId(turn: Turn): string {
  return `ch-${digestOf(turn.context.id).slice(7, 19)}`;
}
