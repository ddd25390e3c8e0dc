import { isRefusal, refuse, type Refusal } from '@millrace/kernel';
import type { CascadeRow, RebuildRow } from './state';
import type { Turn } from './turn';

export function knownCascade(turn: Turn, id: string): Refusal | CascadeRow {
  const cascade = turn.find('cascades', id);
  if (cascade) return cascade;
  return refuse('cascade-unknown', `there is no cascade ${id}`, 'look at `millrace cascade list`', 'missing');
}

/** A cascade to which something can still be done. */
export function aliveCascade(turn: Turn, id: string): Refusal | CascadeRow {
  const cascade = knownCascade(turn, id);
  if (isRefusal(cascade)) return cascade;
  if (cascade.state === 'completed' || cascade.state === 'cancelled') {
    const because = `cascade ${cascade.id} is ${cascade.state}`;
    return refuse('cascade-ended', because, 'start another one: millrace cascade start', 'conflict');
  }
  if (!cascade.closing) return cascade;
  const because = `cascade ${cascade.id} is being closed`;
  const remedy = `wait until it has ended, or end its landing: millrace cascade land ${cascade.id} --abort --why …`;
  return refuse('cascade-closing', because, remedy, 'conflict');
}

export function rowsOf(turn: Turn, cascade: CascadeRow): RebuildRow[] {
  return turn.all('rebuilds').filter((row) => row.cascade === cascade.id);
}

export function rebuildsOf(turn: Turn, cascade: CascadeRow, component: string): RebuildRow[] {
  return rowsOf(turn, cascade).filter((row) => row.component === component);
}

export function unstarted(turn: Turn, cascade: CascadeRow, component: string): RebuildRow[] {
  return rebuildsOf(turn, cascade, component).filter((row) => row.state === 'waiting' || row.state === 'ready');
}

export function notThere(turn: Turn, cascade: CascadeRow, component: string, what: string): Refusal {
  const [row] = rebuildsOf(turn, cascade, component);
  const remedy = `look at \`millrace cascade show ${cascade.id}\``;
  if (!row) {
    return refuse('rebuild-unknown', `cascade ${cascade.id} does not rebuild ${component}`, remedy, 'missing');
  }
  return refuse('rebuild-state', `${component} is ${row.state}; it cannot be ${what}`, remedy, 'conflict');
}

export function wrongState(cascade: CascadeRow, what: string): Refusal {
  const because = `cascade ${cascade.id} is ${cascade.state} and cannot be ${what}`;
  return refuse('cascade-state', because, 'look at `millrace cascade show`', 'conflict');
}
