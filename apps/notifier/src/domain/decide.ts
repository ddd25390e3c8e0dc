import { noticeDelivered, noticeFailed, say } from '@millrace/contracts';
import {
  assertNever,
  doWork,
  later,
  parkUntil,
  put,
  refuse,
  tellSelf,
  type BusEffect,
  type DecideContext,
  type Decision,
  type Effect,
  type Parked,
  type Refusal,
} from '@millrace/kernel';
import { mailWork, releasesWork, type MailOrder, type NotifierInput } from './input';
import { noticesOf } from './notice';
import type { Happening, Notice, NotifierState } from './state';

type Answer = Decision<NotifierState> | Refusal | Parked;
type Ended = Extract<NotifierInput, { type: 'mail-ended' }>;
type Known = Extract<NotifierInput, { type: 'release-known' }>;

/** While the mail server cannot be reached, a mail is handed over again this often, for a day. */
const pauseMs = 15 * 60_000;
const maxRounds = 96;

export function decide(state: NotifierState, input: NotifierInput, context: DecideContext): Answer {
  switch (input.type) {
    case 'happened':
      return tellPeople(state, input.happening, context);
    case 'release-known':
      return learnRelease(state, input);
    case 'started':
      return { state, effects: [doWork(releasesWork, context.id, {})] };
    case 'releases-told':
      return { state, effects: input.releases.map((r) => tellSelf(knownOf(r))) };
    case 'mail-ended':
      return endMail(state, input, context);
    default:
      return assertNever(input);
  }
}

/** An input is parked for this until the release's definition is known. */
export function releaseToken(release: string): string {
  return `release/${release}`;
}

function tellPeople(state: NotifierState, happening: Happening, context: DecideContext): Answer {
  const { release } = happening;
  if (release === null) {
    const remedy = 'the event must name its release';
    return refuse('happening-without-release', `${happening.event} about ${happening.subject} has no release`, remedy);
  }
  const known = state.releases.get(release);
  if (!known) return parkUntil(releaseToken(release), `the people of ${release} are not known yet`);
  const fresh = noticesOf(happening, known.definition, context.at).filter((n) => !state.notices.has(n.id));
  return fresh.map(begin).reduce<Decision<NotifierState>>(
    (so, { notice, effects }) => ({
      state: put(so.state, 'notices', notice),
      effects: [...so.effects, ...effects],
    }),
    { state, effects: [] },
  );
}

function begin(notice: Notice): { notice: Notice; effects: readonly Effect[] } {
  if (notice.address !== null) return { notice, effects: [send(notice)] };
  const failed: Notice = {
    ...notice,
    state: 'failed',
    because: `release ${notice.release} has no address of ${notice.person}; add it to 'people' of its definition`,
  };
  return { notice: failed, effects: [sayFailed(failed)] };
}

function learnRelease(state: NotifierState, { release, revision, definition }: Known): Answer {
  const before = state.releases.get(release);
  if (before && before.definitionRevision >= revision) return { state, effects: [] };
  const row = { id: release, revision: before?.revision ?? 0, definitionRevision: revision, definition };
  return { state: put(state, 'releases', row), effects: [], appeared: [releaseToken(release)] };
}

function knownOf(of: { name: string; revision: number; definition: Known['definition'] }): Known {
  return { type: 'release-known', release: of.name, revision: of.revision, definition: of.definition };
}

function endMail(state: NotifierState, { notice: id, outcome }: Ended, { at }: DecideContext): Answer {
  const before = state.notices.get(id);
  if (!before || before.state !== 'waiting') return { state, effects: [] };
  if (outcome.ok) {
    const { messageId } = outcome;
    const delivered: Notice = { ...before, state: 'delivered', messageId, deliveredAt: at };
    return { state: put(state, 'notices', delivered), effects: [sayDelivered(delivered, messageId)] };
  }
  const { fault } = outcome;
  if (fault.kind === 'unavailable' && before.round < maxRounds) {
    const waiting: Notice = { ...before, round: before.round + 1, because: `tried again: ${fault.message}` };
    return { state: put(state, 'notices', waiting), effects: [send(waiting, later(at, pauseMs))] };
  }
  const failed: Notice = { ...before, state: 'failed', because: fault.message.slice(0, 1000) };
  return { state: put(state, 'notices', failed), effects: [sayFailed(failed)] };
}

function send(notice: Notice, notBefore?: string): Effect {
  const order: MailOrder = {
    notice: notice.id,
    release: notice.release,
    to: notice.address ?? '',
    letter: notice.letter,
  };
  return doWork(mailWork, `${notice.id}/${notice.round}`, order, notBefore);
}

function sayDelivered(notice: Notice, messageId: string): BusEffect {
  return say(noticeDelivered, { ...aboutNotice(notice), data: { ...common(notice), message_id: messageId } });
}

function sayFailed(notice: Notice): BusEffect {
  return say(noticeFailed, { ...aboutNotice(notice), data: { ...common(notice), because: notice.because } });
}

/** A notice ends once: its event is the first and last about it. */
function aboutNotice(notice: Notice) {
  return { release: notice.release, subject: notice.id, revision: 1 };
}

function common(notice: Notice) {
  return {
    notice: notice.id,
    release: notice.release,
    person: notice.person,
    way: 'mail' as const,
    about: notice.about,
    subject_line: notice.letter.subject,
    components: [...notice.components],
  };
}
