import { rebuildSettled } from '@millrace/contracts';
import { sliceSize } from '../plan';
import type { CascadeRow, RebuildRow, Repository } from '../state';
import { move } from '../transitions';
import type { Turn } from '../turn';
import { clip, keyOfRebuild, listed } from '../words';
import type { LandingInput } from './landing-input';
import type { LandingRow } from './landing-rows';
import { moveLanding } from './landing-words';
import { closeLanded } from './steps';

type Of<Type> = Extract<LandingInput, { type: Type }>;

const open: readonly string[] = ['waiting', 'ready', 'failed', 'rejected'];

/** What was not built is given up in this cascade, since it ends. The slice holds the first of it. */
export function leaveBehind(turn: Turn, { cascade: id, release, landing }: Of<'landing.leave'>): void {
  const cascade = turn.row('cascades', id);
  if (cascade.state !== 'running' || !cascade.closing) return;
  const rows = turn.all('rebuilds').filter((row) => row.cascade === id && open.includes(row.state));
  for (const row of rows) giveUp(turn, row);
  if (rows.length >= sliceSize) return turn.self({ type: 'landing.leave', release, cascade: id, landing });
  closeLanded(turn, turn.row('cascades', id), landing);
}

/** All that was to land is in the release, and the cascade has ended. */
export function finishLanding(turn: Turn, cascade: CascadeRow, row: LandingRow, repository: Repository): void {
  const ended = { state: 'landed' as const, done: row.total, repository, problem: null, endedAt: turn.at };
  moveLanding(turn, row, ended, row.why || 'everything is settled');
  const { release, id } = cascade;
  if (row.stays > 0) turn.self({ type: 'landing.follow-up', release, cascade: id, landing: row.id });
}

/**
 * What stayed behind goes on in a cascade of its own, with all that is remembered of it: a failure is not tried again
 * before what it could come from has changed. The slice holds the steps of what stays.
 */
export function followUp(turn: Turn, { release, landing, cascade }: Of<'landing.follow-up'>): void {
  const left = turn.all('landing_steps').filter((step) => step.landing === landing && step.state === 'stays');
  const names = [...new Set(left.map((step) => step.component))].sort();
  if (names.length === 0) return;
  const why = clip(`cascade ${cascade} has landed without ${listed(names)}`, 500);
  const components = names.map((component) => ({ component, source: null, nvr: null }));
  const change = { id: null, release, kind: 'set', components, all: false, unknown: [], urgency: 'normal' } as const;
  turn.self({ type: 'change.reported', release, asked: false, change: { ...change, by: 'scheduler', why } });
}

function giveUp(turn: Turn, row: RebuildRow): void {
  const why = clip(`the cascade lands without it (it was ${row.state}: ${row.because})`, 1000);
  const left = move(turn, row, 'cancelled', { because: why, endedAt: turn.at });
  const data = { ...keyOfRebuild(left), release: left.release, state: 'cancelled' as const, by: 'scheduler', why };
  turn.say(rebuildSettled, left.component, data);
}
