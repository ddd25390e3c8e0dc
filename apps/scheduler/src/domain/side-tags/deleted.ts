import { sideTagPolicyOf } from '@millrace/contracts';
import { msBetween } from '@millrace/kernel';
import { liveOf } from '../live';
import type { Turn } from '../turn';
import { clip, listed } from '../words';
import { keep, problemOf } from './keep';
import { sideTagId } from './rows';
import type { SideTagInput } from './side-tag-input';

type Restored = Extract<SideTagInput, { readonly type: 'sidetag.restored' }>;

interface Place {
  readonly release: string;
  readonly system: string;
}

interface Gone {
  readonly tag: string;
  readonly cascade: string;
  readonly by: string | null;
}

/** A side tag that could not be made anew is tried again after so many milliseconds. */
const againMs = 60_000;

/** Somebody deleted the side tag of a cascade: it says so, and what becomes of it. Told again while it stays so. */
export function tagGone(turn: Turn, { release, system }: Place, { tag, cascade: id, by }: Gone): void {
  const cascade = turn.find('cascades', id);
  // Whoever lands by an update in Bodhi has the side tag taken away by Bodhi itself.
  if (!cascade || cascade.closing || !liveOf(turn.row('releases', release)).includes(id)) return;
  const before = turn.find('sideTags', sideTagId(release, tag));
  const known = before?.state === 'deleted';
  const { when_deleted: policy } = sideTagPolicyOf(turn.row('releases', release).definition);
  const whom = by === null ? 'somebody' : by;
  const remedy = `millrace sidetag adopt TAG --cascade ${id} gives it another`;
  if (!known) {
    const next = policy === 'recreate' ? 'it is made anew with what was validated' : `it waits: ${remedy}`;
    const words = `${whom} deleted its side tag ${tag}; ${next}`;
    turn.put('cascades', { ...cascade, problem: words });
    keep(turn, { release, system, tag, cascade: id }, { state: 'deleted', by: whom, problem: words, remedy });
    // The alert does not wait for the next minute.
    turn.self({ type: 'watch.due', release });
  }
  const again = known && before.failed && msBetween(before.at, turn.at) >= againMs;
  if (policy !== 'recreate' || (known && !again)) return;
  if (again) turn.put('sideTags', { ...before, failed: false, at: turn.at });
  const order = { release, system, tag, cascade: id };
  turn.work('sidetag.restore', `${id}/${tag}/${turn.context.id}`, order);
}

/** The cascade has a side tag again, with what was in the one that went. */
export function tagRestored(turn: Turn, input: Restored): void {
  const { release, system, tag, cascade: id, made, builds, fault } = input;
  const cascade = turn.find('cascades', id);
  if (fault) {
    const problem = problemOf(fault);
    if (cascade)
      turn.put('cascades', { ...cascade, problem: clip(`its side tag ${tag} is gone: ${fault.message}`, 1000) });
    keep(turn, { release, system, tag, cascade: id }, { state: 'deleted', failed: true, ...problem });
    return;
  }
  const row = keep(turn, { release, system, tag, cascade: id }, { state: 'restored', successor: made, failed: false });
  const held = builds.length === 0 ? 'nothing' : listed(builds);
  const why = `${made} took the place of ${tag}, which ${row.by} deleted, with ${held} in it`;
  turn.put('sideTags', { ...row, why: clip(why, 1000) });
  if (cascade?.problem?.includes(tag)) turn.put('cascades', { ...cascade, problem: null });
  turn.self({ type: 'watch.due', release });
}
