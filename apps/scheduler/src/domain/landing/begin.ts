import { cascadeResumed } from '@millrace/contracts';
import { isRefusal, later, refuse, type Refusal } from '@millrace/kernel';
import { endOf, freezeOf, freezeWords } from '../freeze';
import { groupHindrance } from '../group-gate/group-gate';
import type { CascadeRow } from '../state';
import { moveCascade } from '../transitions';
import type { Turn } from '../turn';
import { cascadeData } from '../words';
import type { LandingInput } from './landing-input';
import { landingId, type LandingRow } from './landing-rows';
import { moveLanding } from './landing-words';

interface Wish {
  /** null: it waits until somebody asks for it. */
  readonly by: string | null;
  readonly why: string;
  readonly partial: boolean;
  /** A person asks for it: no other has to approve. */
  readonly approved: boolean;
}

/** The newest landing of a cascade, where the slice holds it. */
export function currentLanding(turn: Turn, cascade: CascadeRow): LandingRow | undefined {
  return cascade.landings === undefined ? undefined : turn.find('landings', landingId(cascade.id, cascade.landings));
}

/** Looks at everything that could stand in the way. Nothing can join the cascade from now on. */
export function beginLanding(turn: Turn, cascade: CascadeRow, wish: Wish): LandingRow {
  const row = newLanding(turn, cascade, wish);
  turn.put('cascades', { ...turn.row('cascades', cascade.id), closing: true, problem: null });
  return orderCheck(turn, row);
}

/** What was built stays in the cascade's place until a person lets it land. */
export function planLanding(turn: Turn, cascade: CascadeRow): LandingRow {
  const why = `it waits for a person: millrace cascade land ${cascade.id}`;
  return newLanding(turn, cascade, { by: null, why, partial: false, approved: false });
}

/** `millrace cascade land`: of a cascade that is settled or stalled, or that has ended without landing. */
export function askLanding(
  turn: Turn,
  input: Extract<LandingInput, { type: 'landing.ask' }>,
): Refusal | { readonly done: boolean; readonly text: string; readonly landing: string } {
  const cascade = landable(turn, input.cascade);
  if (isRefusal(cascade)) return cascade;
  const wish = { by: turn.context.who, why: input.why, partial: input.partial, approved: true };
  const row = beginLanding(turn, goingOn(turn, cascade), wish);
  const what = row.partial ? 'what can go of it lands' : 'it lands, whole or not at all';
  return {
    done: true,
    text: `landing ${row.id} is being checked; when nothing stands in its way, ${what}`,
    landing: row.id,
  };
}

/** A freeze of landing that holds for a cascade now, in words; null: none does. */
export function frozenWords(
  turn: Turn,
  cascade: CascadeRow,
): { readonly until: string; readonly words: string } | null {
  const { definition } = turn.row('releases', cascade.release);
  const { roots, urgency } = cascade;
  const freeze = freezeOf(definition, 'landing', roots.length === 0 ? 'all' : roots, urgency, turn.at);
  return freeze && { until: endOf(freeze), words: freezeWords(freeze) };
}

/** Nothing of it runs, and no plan of it is on its way. */
export function isStill({ counts, planning, takingUp }: CascadeRow): boolean {
  const moving = (['ready', 'submitting', 'building', 'gating'] as const).some((state) => (counts[state] ?? 0) > 0);
  return !moving && !takingUp && planning.asked === planning.made;
}

export function orderCheck(turn: Turn, row: LandingRow): LandingRow {
  const next = turn.put('landings', { ...row, round: row.round + 1 });
  const { release, cascade, id: landing, round, partial } = next;
  turn.work('landing.check', `${landing}/${round}`, { release, cascade, landing, round, partial });
  return next;
}

/** Tries the call that is due once more, in a while. */
export function landLater(turn: Turn, row: LandingRow, problem: string, ms: number): LandingRow {
  const next = turn.put('landings', { ...row, problem });
  const { release, cascade, id: landing, round } = next;
  turn.wake(`landing/${cascade}`, later(turn.at, ms), { type: 'landing.due', release, cascade, landing, round });
  return next;
}

function newLanding(turn: Turn, cascade: CascadeRow, wish: Wish): LandingRow {
  const waiting = currentLanding(turn, cascade);
  const isWaiting = waiting?.state === 'planned' && waiting.by === null;
  const attempt = isWaiting ? waiting.attempt : (cascade.landings ?? 0) + 1;
  turn.put('cascades', { ...cascade, landings: attempt });
  const row: LandingRow = {
    id: landingId(cascade.id, attempt),
    revision: isWaiting ? waiting.revision : 0,
    release: cascade.release,
    cascade: cascade.id,
    attempt,
    state: 'planned',
    ...wish,
    round: isWaiting ? waiting.round : 0,
    total: 0,
    done: 0,
    phase: 0,
    phases: 0,
    adapters: [],
    findings: [],
    staying: [],
    stays: 0,
    undoing: null,
    problem: null,
    repository: null,
    doubtful: cascade.doubtful,
    at: turn.at,
    endedAt: null,
  };
  return moveLanding(turn, row, {}, wish.why || 'it is to land');
}

function landable(turn: Turn, id: string): Refusal | CascadeRow {
  const cascade = turn.find('cascades', id);
  if (!cascade) {
    return refuse('cascade-unknown', `there is no cascade ${id}`, 'look at `millrace cascade list`', 'missing');
  }
  if (cascade.landed) {
    return refuse('cascade-landed', `cascade ${id} has landed`, `look at \`millrace cascade show ${id}\``, 'conflict');
  }
  const current = currentLanding(turn, cascade);
  if (cascade.closing && cascade.state !== 'completed') return underWay(cascade, current);
  if (current && isUnderWay(current)) return underWay(cascade, current);
  if (!landableStates.includes(cascade.state)) {
    const because = `cascade ${id} is ${cascade.state}: it has nothing that could land`;
    return refuse('cascade-state', because, 'look at `millrace cascade show`', 'conflict');
  }
  if (cascade.state !== 'completed' && !isStill(cascade)) {
    const remedy = `wait until it has ended (millrace cascade watch ${id}), or cancel what should not be waited for`;
    return refuse('cascade-moving', `cascade ${id} still builds`, remedy, 'conflict');
  }
  const gate = groupHindrance(cascade);
  if (gate) {
    const remedy = `wait for it, or waive what it names; see \`millrace cascade show ${id}\``;
    return refuse('gate-not-passed', `cascade ${id} does not land: ${gate.words}`.slice(0, 1000), remedy, 'conflict');
  }
  const freeze = frozenWords(turn, cascade);
  if (!freeze) return cascade;
  const remedy = `wait until ${freeze.until}, or take the freeze out of the release definition`;
  return refuse('landing-frozen', `cascade ${id} does not land: ${freeze.words}`, remedy, 'conflict');
}

const landableStates: readonly string[] = ['running', 'stalled', 'completed'];

export function isUnderWay({ state, by }: LandingRow): boolean {
  if (state === 'planned') return by !== null;
  return state === 'approved' || state === 'landing' || state === 'reverting';
}

function underWay({ id }: CascadeRow, landing: LandingRow | undefined): Refusal {
  const because = landing ? `landing ${landing.id} is ${landing.state}` : `cascade ${id} is being closed`;
  return refuse('landing-under-way', because, `look at \`millrace cascade explain ${id}\``, 'conflict');
}

function goingOn(turn: Turn, cascade: CascadeRow): CascadeRow {
  if (cascade.state !== 'stalled') return cascade;
  const running = moveCascade(turn, cascade, 'running', { problem: null });
  const words = `${turn.context.who} lets it land`;
  turn.say(cascadeResumed, cascade.id, cascadeData(running, words, turn.context.who));
  return running;
}
