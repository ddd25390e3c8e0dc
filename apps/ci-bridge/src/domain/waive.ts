import { say, waiverRecorded } from '@millrace/contracts';
import { put, refuse, type DecideContext, type Decision, type Refusal } from '@millrace/kernel';
import { answerVerdicts, touchedBy } from './answer';
import { policiesFor, requirementsOf } from './gate';
import { counterOf } from './record';
import { later, stampAfter, stampOf } from './stamp';
import { numberId, type State, type VerdictRow, type WaiverRow } from './state';
import { namesOf } from './subject';

interface Waive {
  readonly subject: string;
  readonly test: string;
  readonly comment: string;
}

/** Records who waived which test for which subject and product version, and decides at once anew. */
export function waive(state: State, wish: Waive, context: DecideContext): Decision<State> | Refusal {
  const about = [...state.verdicts.values()].filter((verdict) => namesOf(verdict.subject).includes(wish.subject));
  if (about.length === 0) return unknownSubject(wish.subject);
  const comment = wish.comment.trim();
  if (comment === '') return refuse('comment-missing', 'a waiver needs a comment', 'say why the test may be waived');
  const required = requiredTests(state, about);
  if (!required.includes(wish.test)) return notRequired(wish, required);
  const versions = [...new Set(about.map((verdict) => verdict.product_version))];
  let next = state;
  const waivers: WaiverRow[] = [];
  for (const version of versions) {
    const subject = about.find((verdict) => verdict.product_version === version)!.subject;
    const waiver = waiverRow(next, { ...wish, comment }, subject, version, context);
    const counter = counterOf(next, 'waivers');
    next = put(put(next, 'waivers', waiver), 'counters', {
      ...counter,
      next: counter.next + 1,
      last: waiver.timestamp,
    });
    waivers.push(waiver);
  }
  const names = [...new Set(about.flatMap((verdict) => namesOf(verdict.subject)))];
  const answered = answerVerdicts(next, touchedBy(next, names), context.at);
  const decision = newest(about.map((verdict) => answered.state.verdicts.get(verdict.id)!)).answer.decision;
  return {
    state: answered.state,
    effects: [...waivers.map((waiver) => recorded(waiver, newest(about))), ...answered.effects],
    reply: { waiver: waivers[0]!.number, decision },
  };
}

function waiverRow(
  state: State,
  wish: Waive,
  subject: VerdictRow['subject'],
  productVersion: string,
  { at, who }: DecideContext,
): WaiverRow {
  const counter = counterOf(state, 'waivers');
  return {
    id: numberId(counter.next),
    revision: 0,
    number: counter.next,
    subject_type: subject.type,
    subject_id: subject.id,
    testcase: wish.test,
    scenario: null,
    product_version: productVersion,
    username: who,
    comment: wish.comment,
    waived: true,
    timestamp: later(stampOf(at), stampAfter(counter.last, 1)),
  };
}

function requiredTests(state: State, about: readonly VerdictRow[]): readonly string[] {
  const tests = about.flatMap((verdict) => {
    const release = state.releases.get(verdict.release);
    if (!release) return [];
    return requirementsOf(policiesFor(release.definition, verdict), verdict.askedAt).map(({ test }) => test);
  });
  return [...new Set(tests)];
}

function newest(verdicts: readonly VerdictRow[]): VerdictRow {
  return verdicts.reduce((a, b) => (b.askedAt > a.askedAt ? b : a));
}

function recorded(waiver: WaiverRow, verdict: VerdictRow) {
  const { number: id, testcase, product_version, username, comment } = waiver;
  return say(waiverRecorded, {
    release: verdict.release,
    subject: waiver.subject_id,
    component: verdict.component,
    revision: waiver.number,
    data: { id, subject: verdict.subject, testcase, product_version, username, comment },
  });
}

function unknownSubject(subject: string): Refusal {
  return refuse(
    'subject-unknown',
    `no verdict was ever asked for about '${subject}'`,
    'name the NVR of a build as `millrace gate show` lists it',
    'missing',
  );
}

function notRequired(wish: Waive, required: readonly string[]): Refusal {
  const names = required.length === 0 ? 'none is' : `required are ${required.join(', ')}`;
  return refuse(
    'test-not-required',
    `test '${wish.test}' is not required of ${wish.subject}: ${names}`.slice(0, 1000),
    'name one of the required tests; a waiver of another would change nothing',
  );
}
