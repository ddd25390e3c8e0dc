import type { ComponentId } from '@millrace/kernel';
import type { Turn } from '../turn';
import { clip } from '../words';
import type { DebtKind } from './baseline-rows';

/** Keeps that something was wrong before; what is owed already, or was settled, stays as it is. */
export function owe(turn: Turn, release: string, component: ComponentId, kind: DebtKind, because: string): void {
  const id = `${release}/${component}/${kind}`;
  if (turn.find('debts', id)) return;
  const about = { release, component, kind, because: clip(because, 1000) };
  turn.put('debts', { id, revision: 0, ...about, since: turn.at, settledAt: null, settledBy: null });
}

export function settle(turn: Turn, release: string, component: ComponentId, kind: DebtKind, by: string): void {
  const row = turn.find('debts', `${release}/${component}/${kind}`);
  if (!row || row.settledAt !== null) return;
  turn.put('debts', { ...row, settledAt: turn.at, settledBy: clip(by, 500) });
}
