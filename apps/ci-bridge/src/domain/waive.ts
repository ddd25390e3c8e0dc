import { durationMs, say, waiverRecorded } from '@millrace/contracts';
import {
  later as momentAfter,
  parseNvr,
  put,
  refuse,
  tellSelf,
  type DecideContext,
  type Decision,
  type Effect,
  type Refusal,
} from '@millrace/kernel';
import { answerVerdicts, touchedBy } from './answer';
import { catalogueId } from './catalogue';
import type { Input, WaiverDraft } from './input';
import { counterOf } from './record';
import { later, momentOf, parseStamp, stampAfter, stampOf, type Stamp } from './stamp';
import { numberId, type State, type VerdictRow, type WaiverRow } from './state';
import { namesOf, sameType } from './subject';
import { requiredTests, underRules } from './waiver-rules';

type Waive = Extract<Input, { type: 'waive' }>;

/** Records who waived which test for which subject and product version, and decides at once anew. */
export function waive(state: State, wish: Waive, context: DecideContext): Decision<State> | Refusal {
  if (state.catalogues.get(catalogueId)?.asks?.includes('waiverdb')) return waivedElsewhere();
  const { product_version: version } = wish;
  const about = aboutSubject(state, wish.subject).filter(
    (verdict) => version === undefined || verdict.product_version === version,
  );
  if (about.length === 0 && version === undefined) return unknownSubject(wish.subject);
  const comment = wish.comment.trim();
  if (comment === '') return refuse('comment-missing', 'a waiver needs a comment', 'say why the test may be waived');
  const required = requiredTests(state, about);
  if (about.length > 0 && !required.includes(wish.test)) return notRequired(wish, required);
  const expires_at = wish.expires === undefined ? null : expiryOf(wish.expires, context);
  if (wish.expires !== undefined && expires_at === null) return malformedExpiry(wish.expires);
  const posted = postWaivers(
    state,
    placesOf(wish, about).map((place): WaiverDraft => {
      return {
        ...place,
        testcase: wish.test,
        scenario: wish.scenario ?? null,
        username: wish.by ?? context.who,
        proxied_by: null,
        comment,
        waived: wish.withdraw !== true,
        expires_at,
        scope: wish.scope ?? 'build',
        ticket: wish.ticket ?? null,
      };
    }),
    context,
  );
  if ('refused' in posted) return posted;
  return { ...posted, reply: replyOf(wish, about, posted) };
}

/** Once per product version that a gate was asked for, or for the one that is named. */
function placesOf(
  { subject: id, subject_type = 'koji_build', product_version }: Waive,
  about: readonly VerdictRow[],
): readonly Pick<WaiverDraft, 'subject_type' | 'subject_id' | 'product_version'>[] {
  if (product_version !== undefined && about.length === 0) return [{ subject_type, subject_id: id, product_version }];
  const byVersion = new Map([...about].reverse().map((verdict) => [verdict.product_version, verdict.subject]));
  return [...byVersion].map(([version, subject]) => {
    return { subject_type: subject.type, subject_id: subject.id, product_version: version };
  });
}

function replyOf(wish: Waive, about: readonly VerdictRow[], { state, reply }: Decision<State>) {
  const [row] = reply as readonly WaiverRow[];
  if (about.length === 0) return { waiver: row!.number, decision: 'not asked' };
  const { answer } = newest(about.map((verdict) => state.verdicts.get(verdict.id)!));
  const reason = answer.reasons.find(({ test }) => test === wish.test);
  const helps = wish.withdraw === true || reason?.state === 'waived' || reason?.state === 'passed';
  const note = helps ? null : (reason?.text ?? null);
  return { waiver: row!.number, decision: answer.decision, ...(note === null ? {} : { note }) };
}

/** Records waivers, all or none, and decides at once what they reach. The reply is their rows. */
export function postWaivers(
  state: State,
  drafts: readonly WaiverDraft[],
  context: DecideContext,
): Decision<State> | Refusal {
  let next = state;
  const waivers: WaiverRow[] = [];
  for (const draft of drafts) {
    const about = aboutSubject(next, draft.subject_id).filter(({ subject }) =>
      sameType(subject.type, draft.subject_type),
    );
    const fit = underRules(state, draft, about, context);
    if ('refused' in fit) return fit;
    const row = waiverRow(next, fit, about, context);
    const counter = counterOf(next, 'waivers');
    const counted = { ...counter, next: counter.next + 1, last: row.timestamp };
    next = put(put(next, 'waivers', row), 'counters', counted);
    waivers.push(row);
  }
  const names = [...new Set(waivers.flatMap((row) => [row.subject_id, ...aliasesOf(next, row.subject_id)]))];
  const near = touchedBy(next, names);
  const answered = answerVerdicts(next, near, context.at);
  return {
    state: answered.state,
    effects: [...waivers.map((row) => recorded(row, state)), ...answered.effects, ...reviews(state, waivers, near)],
    reply: waivers,
  };
}

/** Verdicts of other builds that a wide waiver reaches: each is looked at by itself. */
function reviews(state: State, waivers: readonly WaiverRow[], near: readonly string[]): readonly Effect[] {
  const reached = [...state.verdicts.values()].filter((verdict) =>
    waivers.some(
      ({ scope, component, cascade }) =>
        (scope === 'component' && component === verdict.component) ||
        (scope === 'cascade' && cascade !== null && cascade === verdict.cascade),
    ),
  );
  const far = reached.filter(({ id }) => !near.includes(id));
  return far.map(({ id }) => tellSelf({ type: 'verdict-review', verdict: id } satisfies Input));
}

function waiverRow(state: State, draft: WaiverDraft, about: readonly VerdictRow[], { at }: DecideContext): WaiverRow {
  const counter = counterOf(state, 'waivers');
  const name = parseNvr(draft.subject_id)?.name;
  const nearest = about.find((verdict) => verdict.product_version === draft.product_version) ?? about[0];
  return {
    ...draft,
    id: numberId(counter.next),
    revision: 0,
    number: counter.next,
    component: nearest?.component ?? (name === undefined ? null : `rpm/${name}`),
    cascade: nearest?.cascade ?? null,
    ended_at: null,
    timestamp: later(stampOf(at), stampAfter(counter.last, 1)),
  };
}

function aboutSubject(state: State, subject: string): readonly VerdictRow[] {
  return [...state.verdicts.values()].filter((verdict) => namesOf(verdict.subject).includes(subject));
}

function aliasesOf(state: State, subject: string): readonly string[] {
  return aboutSubject(state, subject).flatMap((verdict) => namesOf(verdict.subject));
}

function newest(verdicts: readonly VerdictRow[]): VerdictRow {
  return verdicts.reduce((a, b) => (b.askedAt > a.askedAt ? b : a));
}

/** A time, or how long from now on. */
function expiryOf(text: string, { at }: DecideContext): Stamp | null {
  return /^\d+(ms|s|m|h|d)$/.test(text) ? stampOf(momentAfter(at, durationMs(text))) : parseStamp(text);
}

function recorded(waiver: WaiverRow, state: State): Effect {
  const { number: id, testcase, product_version, username, comment, subject_type, subject_id } = waiver;
  const verdict = aboutSubject(state, subject_id).reduce<VerdictRow | null>(
    (a, b) => (a === null || b.askedAt > a.askedAt ? b : a),
    null,
  );
  const subject = verdict?.subject ?? { type: subject_type, id: subject_id, aliases: [] };
  return say(waiverRecorded, {
    release: verdict?.release ?? null,
    subject: subject_id,
    ...(verdict ? { component: verdict.component } : {}),
    revision: waiver.number,
    data: {
      ...{ id, subject, testcase, product_version, username, comment },
      waived: waiver.waived,
      scenario: waiver.scenario,
      timestamp: waiver.timestamp,
      proxied_by: waiver.proxied_by ?? null,
      scope: waiver.scope ?? 'build',
      ticket: waiver.ticket ?? null,
      expires: waiver.expires_at ? momentOf(waiver.expires_at) : null,
    },
  });
}

function waivedElsewhere(): Refusal {
  const because = 'waivers are kept by a WaiverDB of somebody else';
  return refuse('waived-elsewhere', because, 'waive it there', 'conflict');
}

function malformedExpiry(given: string): Refusal {
  const because = `'${given}' is no time and no duration`;
  return refuse('expiry-malformed', because, 'write e.g. 7d, or 2026-12-31T00:00:00Z');
}

function unknownSubject(subject: string): Refusal {
  return refuse(
    'subject-unknown',
    `no verdict was ever asked for about '${subject}'`,
    'name the NVR of a build as `millrace gate show` lists it, or say with --product-version where it is to be waived',
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
