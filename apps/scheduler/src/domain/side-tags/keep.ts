import type { Turn } from '../turn';
import { clip } from '../words';
import { sideTagId, type SideTagRow } from './rows';

/** Notes what became of a side tag, over what was noted before. */
export function keep(
  turn: Turn,
  of: Pick<SideTagRow, 'release' | 'system' | 'tag' | 'cascade'>,
  what: Pick<SideTagRow, 'state'> & Partial<SideTagRow>,
): SideTagRow {
  const id = sideTagId(of.release, of.tag);
  const before = turn.find('sideTags', id);
  return turn.put('sideTags', {
    ...{ by: 'scheduler', why: '', successor: null, failed: false, ...before, id, revision: before?.revision ?? 0 },
    ...{ problem: null, remedy: null, at: turn.at },
    ...of,
    ...what,
  });
}

export function problemOf(fault: { readonly message: string; readonly remedy?: string } | null) {
  if (!fault) return { problem: null, remedy: null };
  return { problem: clip(fault.message, 1000), remedy: fault.remedy ? clip(fault.remedy, 1000) : null };
}
