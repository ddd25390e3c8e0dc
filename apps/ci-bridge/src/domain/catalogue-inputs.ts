import { doWork, later, put, wakeAt, type DecideContext, type Decision } from '@millrace/kernel';
import { answerVerdicts } from './answer';
import { catalogueId, emptyCatalogue } from './catalogue';
import { gateRules, remoteRulesOf, subjectOf } from './gate';
import type { Input } from './input';
import { releasesConcerned, reviewRelease } from './review';
import { remoteKey, type State, type VerdictRow } from './state';

/** Files that could not be looked for are looked for again after this many milliseconds. */
const retryMs = 60_000;

/** Greenwave's policies as they are now; all verdicts that they may speak about are looked at again. */
export function keepCatalogue(
  state: State,
  { catalogue, digest }: Extract<Input, { type: 'policies-read' }>,
): Decision<State> {
  const known = state.catalogues.get(catalogueId);
  if (known?.digest === digest) return { state, effects: [] };
  const row = { ...catalogue, id: catalogueId, revision: known?.revision ?? 0, digest };
  const concerned = releasesConcerned(state, known, catalogue);
  return { state: put(state, 'catalogues', row), effects: concerned.map(reviewRelease) };
}

/** What a remote rule led to, or that nobody could look. */
export function keepRemote(
  state: State,
  { verdict: id, build, rule, found }: Extract<Input, { type: 'remote-found' }>,
  { at }: DecideContext,
): Decision<State> {
  const verdict = state.verdicts.get(id);
  if (!verdict || verdict.build !== build) return { state, effects: [] };
  const key = remoteKey(rule);
  const before = verdict.remote?.[key];
  const since = before?.kind === 'away' ? before.since : at;
  const kept =
    found.kind === 'away'
      ? ({ kind: 'away', since, because: found.because } as const)
      : ({ kind: 'file', file: found } as const);
  const row: VerdictRow = { ...verdict, remote: { ...verdict.remote, [key]: kept } };
  const answered = answerVerdicts(put(state, 'verdicts', row), [id], at);
  const retry = { type: 'remote-retry', verdict: id } satisfies Input;
  const timer = wakeAt(`remote/${id}`, found.kind === 'away' ? later(at, retryMs) : null, retry);
  return { ...answered, effects: [...answered.effects, timer] };
}

export function retryRemote(state: State, id: string, { id: input }: DecideContext): Decision<State> {
  const verdict = state.verdicts.get(id);
  const release = verdict && state.releases.get(verdict.release);
  if (!verdict || !release) return { state, effects: [] };
  const rules = gateRules(release.definition, state.catalogues.get(catalogueId) ?? emptyCatalogue, verdict);
  const away = remoteRulesOf(rules, verdict).filter(({ found }) => found?.kind === 'away');
  const effects = away.map(({ rule }) =>
    doWork('remote-rule.fetch', `${verdict.id}|${remoteKey(rule)}|${input}`, {
      verdict: verdict.id,
      build: verdict.build,
      rule,
      subject: subjectOf(rules, verdict),
    }),
  );
  return { state, effects };
}
