import { put, type DecideContext, type Decision } from '@millrace/kernel';
import { answerTold } from './answer';
import type { Input } from './input';
import type { State, VerdictRow } from './state';
import { isAbout } from './subject';

/** What foreign services said, or that they are away. */
export function keepForeign(
  state: State,
  { verdict: id, build, said }: Extract<Input, { type: 'foreign-told' }>,
  { at }: DecideContext,
): Decision<State> {
  const verdict = state.verdicts.get(id);
  if (!verdict || verdict.build !== build) return { state, effects: [] };
  const since = verdict.foreign?.away?.since ?? at;
  const facts =
    said.kind === 'away'
      ? { greenwave: null, waivers: null, results: null, away: { since, because: said.because } }
      : {
          greenwave: said.greenwave,
          waivers: said.waivers,
          results: said.results && said.results.filter((result) => isAbout(result, verdict)),
          away: null,
        };
  const row: VerdictRow = { ...verdict, foreign: { askedAt: at, ...facts } };
  return answerTold(put(state, 'verdicts', row), [id], at);
}
