import { unstall } from './advance';
import { mayRunBeside } from './beside';
import { liveOf } from './live';
import type { ChangeRow } from './change-rows';
import { detected, type ChangeReply } from './changes';
import { fateOf } from './fate';
import { doneShare, join } from './fold';
import { endOf, freezeOf, freezeWords } from './freeze';
import { holdWords, standingHold } from './hold-rows';
import { startWords } from './start';
import type { CascadeRow, ReleaseRow } from './state';
import { judge, ruleWords } from './triggers';
import { termsOf } from './terms';
import type { Turn } from './turn';
import { isRipe, settleWords, startsAt, startWith } from './waiting';
import { clip, listed } from './words';

/**
 * Decides a change that has not started: first the rules of the release, then what is known of its components, then
 * freezes, the running cascade, and others that come soon after.
 */
export function consider(turn: Turn, release: ReleaseRow, change: ChangeRow): ChangeReply {
  const ruled = byRules(release, change);
  if (isEmpty(ruled)) return detected(turn, ended(ruled, null));
  if (ruled.rule?.outcome === 'approve' && !ruled.decided) {
    const because = `a person must approve it (millrace change approve ${ruled.id}): ${ruled.rule.reason}`;
    return detected(turn, { ...ruled, outcome: 'waits', waitsFor: 'approval', because: clip(because, 500) });
  }
  const live = liveOf(release).map((id) => turn.row('cascades', id));
  // What is known of its components could change the running cascade: not while it must wait.
  const early = live.length > 0 ? putOff(turn, release, ruled) : null;
  if (early) return early;
  const { row, joined } = byFates(turn, release, live, ruled);
  if (isEmpty(row)) return detected(turn, ended(row, joined));
  const late = putOff(turn, release, row);
  if (late) return late;
  const [running] = live;
  if (!running || mayRunBeside(turn, release, row)) return gather(turn, release, row);
  if (!foldsInto(turn, release, running, row)) return detected(turn, waits(row, 'cascade', waitsWords(running)));
  const because = `it is folded into cascade ${running.id}, which was running`;
  for (const one of row.components) join(turn, turn.row('cascades', running.id), one, joinWords(row));
  unstall(turn, running.id, `${listed(row.components.map((one) => one.component))} joined`, row.by);
  return detected(turn, { ...started(row), outcome: 'cascade', cascade: running.id, because });
}

/** A freeze, or a hold of the whole release, lets a change wait; null: neither does. */
function putOff(turn: Turn, release: ReleaseRow, row: ChangeRow): ChangeReply | null {
  const named = row.all ? ('all' as const) : row.components.map((one) => one.component);
  const freeze = freezeOf(release.definition, 'changes', named, row.urgency, turn.at);
  if (freeze) {
    const others = turn.all('changes').filter((one) => one.waitsFor === 'freeze' && one.outcome === 'waits');
    const next = [endOf(freeze), ...others.map((one) => one.until ?? endOf(freeze))].sort()[0]!;
    turn.wake(`freeze/${release.id}`, next, { type: 'changes.due', release: release.id });
    return detected(turn, waits(row, 'freeze', freezeWords(freeze), endOf(freeze)));
  }
  const hold = standingHold(release.holds, null);
  return hold && detected(turn, waits(row, 'hold', `release ${release.id}: ${holdWords(hold)}`, hold.until));
}

/** By the release's policy, a change of other components joins the running cascade while that is not nearly done. */
function foldsInto(turn: Turn, { definition }: ReleaseRow, running: CascadeRow, row: ChangeRow): boolean {
  const open = running.state === 'running' || running.state === 'stalled' || running.state === 'held';
  const folds = definition.triggers.concurrent === 'fold' && !row.all;
  return folds && open && !running.closing && doneShare(running) <= termsOf(turn, running).folding.until;
}

function joinWords({ by, why }: ChangeRow): string {
  return `it changed while the cascade ran: ${why || by}`;
}

/** Nothing stands in its way: it starts with all others that wait, at once or when no more come. */
function gather(turn: Turn, release: ReleaseRow, row: ChangeRow): ChangeReply {
  const others = turn.all('changes').filter((one) => one.id !== row.id && isRipe(turn, release, one));
  const at = startsAt(release.definition, [...others, row]);
  if (at > turn.at) {
    turn.wake(`changes/${release.id}`, at, { type: 'changes.due', release: release.id });
    return detected(turn, waits(row, 'lull', settleWords(release.definition, row), at));
  }
  const cascade = startWith(turn, release, inOrder([...others, started(row)]));
  return { change: row.id, outcome: 'cascade', cascade: cascade.id, because: startWords(release) };
}

/** What the rules ignore is dropped; what one lets wait for approval lets the rest of the change wait too. */
function byRules(release: ReleaseRow, change: ChangeRow): ChangeRow {
  const { definition } = release;
  if (change.all) return { ...change, rule: kept(judge(definition, change, null)) };
  const judged = change.components.map((one) => ({ one, judgement: judge(definition, change, one.component) }));
  const ignored = judged.filter(({ judgement }) => judgement.outcome === 'ignore');
  const left = judged.filter(({ judgement }) => judgement.outcome !== 'ignore');
  const decisive = left.find(({ judgement }) => judgement.outcome === 'approve') ?? left[0] ?? ignored[0];
  const dropped = ignored.map(({ one: { component }, judgement }) => {
    return { component, because: `${component}: ${ruleWords(judgement, change.kind)}` };
  });
  return {
    ...change,
    components: left.map(({ one }) => one),
    dropped: [...(change.dropped ?? []), ...dropped],
    rule: decisive ? kept(decisive.judgement) : null,
  };
}

/** What is built already, or joins the running cascade, needs no cascade of its own. */
function byFates(turn: Turn, release: ReleaseRow, live: readonly CascadeRow[], change: ChangeRow) {
  const reported = { ...change, unknown: [], id: change.id };
  const fates = change.components.map((one) => ({ one, fate: fateOf(turn, release, live, reported, one) }));
  const settled = fates.filter(({ fate }) => !fate.goesOn);
  const dropped = settled.map(({ one, fate }) => ({ component: one.component, because: fate.because }));
  const row = {
    ...change,
    components: fates.filter(({ fate }) => fate.goesOn).map(({ one }) => one),
    dropped: [...(change.dropped ?? []), ...dropped],
  };
  return { row, joined: settled.find(({ fate }) => fate.joined !== null)?.fate.joined ?? null };
}

function kept(judgement: ReturnType<typeof judge>): ChangeRow['rule'] {
  return judgement.reason === null ? null : { outcome: judgement.outcome, reason: judgement.reason };
}

function isEmpty({ components, all, rule }: ChangeRow): boolean {
  return all ? rule?.outcome === 'ignore' : components.length === 0;
}

/** No component of it needs a cascade of its own. */
function ended(row: ChangeRow, joined: string | null): ChangeRow {
  const byRule = row.all && row.rule?.outcome === 'ignore' ? [`ignored by rule: ${row.rule.reason}`] : [];
  const words = [...new Set([...(row.dropped ?? []).map((one) => one.because), ...byRule])];
  const because = clip(words.join('; ') || 'it names no component', 500);
  const outcome = joined === null ? ('ignored' as const) : ('cascade' as const);
  return { ...row, outcome, cascade: joined, because, waitsFor: null, until: null };
}

export function waits(
  row: ChangeRow,
  waitsFor: NonNullable<ChangeRow['waitsFor']>,
  because: string,
  until: string | null = null,
): ChangeRow {
  return { ...row, outcome: 'waits', cascade: null, waitsFor, until, because: clip(because, 500) };
}

/** What a change is from the moment on at which its cascade starts. */
export function started(row: ChangeRow): ChangeRow {
  return { ...row, waitsFor: null, until: null };
}

/** The oldest first: of two changes of one component the newer one's source counts. */
export function inOrder(changes: readonly ChangeRow[]): ChangeRow[] {
  return [...changes].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1));
}

function waitsWords(running: CascadeRow): string {
  return `cascade ${running.id} of this release must end first`;
}
