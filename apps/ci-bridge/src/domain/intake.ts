import { globMatches } from '@millrace/contracts';
import {
  doWork,
  later,
  put,
  refuse,
  wakeAt,
  type DecideContext,
  type Decision,
  type Refusal,
  type Row,
} from '@millrace/kernel';
import type { ResultDraft } from './input';
import type { State } from './state';

export const intakeId = 'intake';

/** A namespace of CI messages whose tests only some publishers may report on. */
export interface BoundNamespace {
  /** Globs of `test.namespace`. */
  readonly namespaces: readonly string[];
  /** As the broker proved them. */
  readonly publishers: readonly string[];
}

/** Somebody else's ResultsDB that is asked for new results. */
export interface Polled {
  readonly name: string;
  readonly everyMs: number;
}

/** What the settings say about results that come in, where decisions see it. */
export interface IntakeRow extends Row {
  readonly forward: 'also' | 'only' | null;
  readonly bound: readonly BoundNamespace[];
  readonly polled: readonly Polled[];
}

export type IntakeSettingsRow = Omit<IntakeRow, keyof Row>;

/** How far a foreign ResultsDB was read. */
export interface PollRow extends Row {
  /** Submit time of the newest result that was read. */
  readonly cursor: string;
  readonly polls: number;
}

export const pollKind = 'resultsdb.poll';
/** Results are asked for again from this long before the last one: some come late with an earlier time. */
const overlapMs = 300_000;

export interface PollOrder {
  readonly name: string;
  readonly since: string;
}

/** Keeps the settings, and begins to ask whom they name. */
export function setIntake(state: State, settings: IntakeSettingsRow, { at }: DecideContext): Decision<State> {
  const known = state.intake.get(intakeId);
  const next = put(state, 'intake', { id: intakeId, revision: known?.revision ?? 0, ...settings });
  const gone = (known?.polled ?? []).filter((old) => !settings.polled.some(({ name }) => name === old.name));
  return {
    state: next,
    effects: [
      ...settings.polled.map(({ name }) => wakeAt(`poll/${name}`, at, { type: 'poll-due', name })),
      ...gone.map(({ name }) => wakeAt(`poll/${name}`, null, null)),
    ],
  };
}

/** It is time to ask a foreign ResultsDB. */
export function askPolled(state: State, name: string, { at, id }: DecideContext): Decision<State> {
  const polled = state.intake.get(intakeId)?.polled.find((one) => one.name === name);
  if (!polled) return { state, effects: [] };
  const known = state.polls.get(name);
  const since = known ? known.cursor : `${later(at, -overlapMs).slice(0, -1)}000`;
  const order: PollOrder = { name, since: known ? earlierBy(since, overlapMs) : since };
  return { state, effects: [doWork(pollKind, `${name}/${id}`, order)] };
}

/** What it answered has been recorded; it is asked again later. A null cursor: it was away. */
export function polledUpTo(state: State, name: string, cursor: string | null, { at }: DecideContext): Decision<State> {
  const polled = state.intake.get(intakeId)?.polled.find((one) => one.name === name);
  const known = state.polls.get(name);
  const newest = cursor ?? known?.cursor;
  const next =
    newest === undefined
      ? state
      : put(state, 'polls', {
          id: name,
          revision: known?.revision ?? 0,
          cursor: known && known.cursor > newest ? known.cursor : newest,
          polls: (known?.polls ?? 0) + 1,
        });
  const again = polled ? [wakeAt(`poll/${name}`, later(at, polled.everyMs), { type: 'poll-due', name })] : [];
  return { state: next, effects: again };
}

/** A namespace that is bound to publishers is closed to everybody else. */
export function refusedPublisher(state: State, draft: ResultDraft): Refusal | null {
  const { namespace, publisher } = draft;
  if (namespace === undefined) return null;
  const bound = (state.intake.get(intakeId)?.bound ?? []).filter(({ namespaces }) =>
    namespaces.some((glob) => globMatches(glob, namespace)),
  );
  if (bound.length === 0) return null;
  if (publisher !== undefined && bound.some(({ publishers }) => publishers.includes(publisher))) return null;
  return refuse(
    'publisher-refused',
    `'${(publisher ?? 'an unproven publisher').slice(0, 200)}' may not report on tests of the namespace '${namespace.slice(0, 200)}'`,
    'name the publisher in the setting namespaces, or send the message as one that is named there',
    'forbidden',
  );
}

function earlierBy(stamp: string, ms: number): string {
  return `${later(`${stamp.slice(0, 23)}Z`, -ms).slice(0, -1)}000`;
}
