import { refuse, type Refusal } from '@millrace/kernel';
import { detected, type ChangeReply } from './changes';
import { consider } from './consider';
import type { TriggerInput } from './trigger-input';
import type { Turn } from './turn';
import { clip } from './words';

/** A person lets a change that waits for approval go on, or rejects it: with who and why. */
export function decideChange(
  turn: Turn,
  input: Extract<TriggerInput, { type: 'change.approve' | 'change.reject' }>,
): Refusal | ChangeReply {
  const row = turn.find('changes', input.change);
  if (!row || row.release !== input.release) {
    const remedy = 'look at `millrace change list --waiting`';
    return refuse('change-unknown', `there is no change ${input.change}`, remedy, 'missing');
  }
  if (row.outcome !== 'waits' || row.waitsFor !== 'approval') {
    const because = `change ${row.id} does not wait for approval: ${row.because}`;
    return refuse('change-state', because, `look at \`millrace change show ${row.id}\``, 'conflict');
  }
  const { who: by } = turn.context;
  const approved = input.type === 'change.approve';
  const decided = { approved, by, why: clip(input.why, 500), at: turn.at };
  if (approved) return consider(turn, turn.row('releases', input.release), { ...row, decided, settles: false });
  const because = clip(`${by} rejected it${input.why ? `: ${input.why}` : ''}`, 500);
  return detected(turn, { ...row, decided, outcome: 'ignored', waitsFor: null, until: null, because });
}
