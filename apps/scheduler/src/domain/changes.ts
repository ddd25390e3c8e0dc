import { changeDetected, durationMs } from '@millrace/contracts';
import { digestOf, later, msBetween, refuse, type Refusal } from '@millrace/kernel';
import { fateOf } from './fate';
import type { ChangeInput, ChangeToCheck, Hindrance, ReportedChange } from './input';
import { startCascade, startWords } from './start';
import type { CascadeRow, ChangeRow } from './state';
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
  const { release, kind, components, urgency, by, why } = input;
  check(turn, { change: changeId(turn), release, kind, components, urgency, by, why, times: 0 });
  return null;
}

/** The look-up did not go: put off while the resolver cannot be asked, else the change is ignored with the reason. */
export function changeUnchecked(turn: Turn, order: ChangeToCheck, fault: Hindrance): void {
  if (fault.kind === 'unavailable' || fault.kind === 'conflict')
    return check(turn, { ...order, times: order.times + 1 });
  const { change: id, release, kind, urgency, by, why } = order;
  const components = order.components.map((one) => ({
    component: one.component,
    source: null,
    nvr: one.nvr ?? null,
  }));
  const because = clip(`${fault.message}${fault.remedy ? ` (${fault.remedy})` : ''}`, 500);
  const of = { id, revision: 0, release, kind, components, all: false, urgency, by, why };
  detected(turn, { ...of, outcome: 'ignored', cascade: null, because, at: turn.at });
}

/** Orders the look-up; each time it was put off it waits longer, at most five minutes. */
export function check(turn: Turn, order: ChangeToCheck): void {
  const pause = order.times === 0 ? undefined : later(turn.at, Math.min(300_000, 5000 * 2 ** order.times));
  turn.work('change.check', `${order.change}/${order.times}`, order, pause);
}

/** A change with its sources known: it starts a cascade, joins the running one, waits for its end, or is ignored. */
export function changeReported(turn: Turn, change: ReportedChange, asked: boolean): Refusal | ChangeReply {
  const release = turn.find('releases', change.release);
  if (!release) return unknownRelease(change.release);
  if (asked && change.unknown.length > 0) return unknownComponents(change);
  const running = release.running === null ? null : turn.row('cascades', release.running);
  const fates = change.components.map((one) => fateOf(turn, release, running, change, one));
  const left = change.components.filter((_, n) => fates[n]!.goesOn);
  const joined = fates.some((fate) => fate.joined);
  const words = [...new Set(fates.filter((fate) => !fate.goesOn).map((fate) => fate.because)), ...unknownWords(change)];
  const id = change.id ?? changeId(turn);
  const row: ChangeRow = {
    id,
    revision: 0,
    release: release.id,
    kind: change.kind,
    components: left.length > 0 ? left : change.components,
    all: change.all,
    urgency: change.urgency,
    by: change.by,
    why: change.why,
    outcome: joined ? 'cascade' : 'ignored',
    cascade: joined ? release.running : null,
    because: clip(words.join('; ') || 'it names no component', 500),
    at: turn.at,
  };
  if (left.length === 0 && !change.all) return detected(turn, row);
  if (running) return detected(turn, { ...row, outcome: 'waits', cascade: null, because: waitsWords(running) });
  const lull = durationMs(release.definition.triggers.lull);
  if (lull > 0 && change.kind === 'commit' && !asked) {
    turn.wake(`changes/${release.id}`, later(turn.at, lull), { type: 'changes.due', release: release.id });
    const because = `changes that come within ${release.definition.triggers.lull} of each other become one cascade`;
    return detected(turn, { ...row, outcome: 'waits', because });
  }
  const waiting = turn.all('changes').filter((one) => one.outcome === 'waits' && one.release === release.id);
  const cascade = startCascade(turn, release, [...waiting, row]);
  return { change: id, outcome: 'cascade', cascade: cascade.id, because: startWords };
}

/** The release is free, or the lull is over: what waited becomes one cascade. */
export function startWaiting(turn: Turn, name: string): void {
  const release = turn.row('releases', name);
  if (release.running !== null) return;
  const waiting = turn.all('changes').filter((one) => one.outcome === 'waits' && one.release === name);
  const lull = durationMs(release.definition.triggers.lull);
  const newest = waiting
    .map((one) => one.at)
    .sort()
    .pop();
  if (newest === undefined) return;
  if (lull > 0 && msBetween(newest, turn.at) < lull) {
    turn.wake(`changes/${name}`, later(newest, lull), { type: 'changes.due', release: name });
    return;
  }
  startCascade(turn, release, waiting);
}

export function detected(turn: Turn, row: ChangeRow): ChangeReply {
  turn.put('changes', row);
  const { id: change, release, kind, urgency, by, why, outcome, cascade, because } = row;
  const components = row.components.slice(0, 500).map((one) => ({ ...one }));
  const data = { change, release, kind, components, urgency, by, why: clip(why, 500), outcome, cascade, because };
  turn.say(changeDetected, row.components[0]?.component ?? release, data);
  return { change, outcome, cascade, because };
}

function waitsWords(running: CascadeRow): string {
  return `it waits until cascade ${running.id} of this release ends`;
}

function unknownWords(change: ReportedChange): string[] {
  return change.unknown.map((one) => `the graph does not know ${one.component}: ${one.hint}`);
}

function unknownComponents(change: ReportedChange): Refusal {
  const names = listed(change.unknown.map((one) => one.component));
  const hints = change.unknown.slice(0, 3).map((one) => one.hint);
  const because = `release ${change.release} has no component ${names}`;
  return refuse('component-unknown', because, `${hints.join('; ')} (see \`millrace graph show\`)`, 'missing');
}

export function unknownRelease(name: string): Refusal {
  const remedy = 'apply its definition first: millrace release apply FILE (see `millrace release list`)';
  return refuse('release-unknown', `there is no release ${name}`, remedy, 'missing');
}

function changeId(turn: Turn): string {
  return `ch-${digestOf(turn.context.id).slice(7, 19)}`;
}
