import { digestOf, refuse, type Decision, type Refusal } from '@millrace/kernel';
import type { Input, VerdictWanted } from './input';
import { verdictId, type State, type VerdictRow } from './state';
import { namesOf } from './subject';

type GroupWanted = Extract<Input, { type: 'group-wanted' }>;

/** The id of a group of builds: the same builds, in whatever order, have the same one. */
export function groupIdOf(nvrs: readonly string[]): string {
  return digestOf([...new Set(nvrs)].sort());
}

export function componentOfGroup(id: string): string {
  return `stack/${id.replace(/^sha256:/, '').slice(0, 16)}`;
}

/** A group that somebody names by its builds, as a question about it. Results on its id count whenever they were made. */
export function groupQuestion(state: State, wish: GroupWanted): VerdictWanted | Refusal {
  const definition = state.releases.get(wish.release)?.definition;
  if (!definition) {
    const remedy = 'name one that `millrace release list` shows';
    return refuse('release-unknown', `there is no release ${wish.release}`, remedy, 'missing');
  }
  const nvrs = [...new Set(wish.builds)].sort();
  const unknown = nvrs.filter((nvr) => componentOf(state, nvr) === null);
  if (unknown.length > 0) {
    const because = `no verdict was ever asked for about ${unknown.slice(0, 20).join(', ')}`;
    return refuse('subject-unknown', because, 'name builds that `millrace gate show` lists', 'missing');
  }
  const id = groupIdOf(nvrs);
  const subject = { type: 'koji-build-group', id, aliases: [] };
  const known = state.verdicts.get(verdictId(subject, wish.context));
  if (known?.scope) return asAsked(known);
  return {
    subject,
    release: wish.release,
    product_version: definition.product_version,
    decision_context: wish.context,
    component: componentOfGroup(id),
    build: id,
    repository: '',
    group: nvrs.map((nvr) => ({ component: componentOf(state, nvr)!, nvr })),
    cascade: null,
    since: '1970-01-01T00:00:00.000Z',
  };
}

/** The builds of a tier or a cascade that the scheduler has asked about: it stays what it is. */
function asAsked(known: VerdictRow): VerdictWanted {
  const { subject, release, product_version, decision_context, component, build, group, cascade, scope, since } = known;
  return {
    ...{ subject, release, product_version, decision_context, component, build, cascade, since },
    ...{ repository: known.repository ?? '', tag: known.tag ?? null },
    ...{ group: group && [...group], ...(scope ? { scope } : {}) },
  };
}

export function groupReply(decision: Decision<State>, wanted: VerdictWanted): Decision<State> {
  const verdict = [...decision.state.verdicts.values()].find(
    (one) => one.subject.id === wanted.subject.id && one.decision_context === wanted.decision_context,
  );
  const { decision: said = 'pending', state = 'waiting' } = verdict?.answer ?? {};
  return { ...decision, reply: { subject: wanted.subject.id, decision: said, state } };
}

function componentOf(state: State, nvr: string): string | null {
  return [...state.verdicts.values()].find(({ subject }) => namesOf(subject).includes(nvr))?.component ?? null;
}

/** What a group goes by beside the name that it was given: the id of its content. */
export function withGroupId(wanted: VerdictWanted): VerdictWanted['subject'] {
  if (!wanted.group) return wanted.subject;
  const id = groupIdOf(wanted.group.map(({ nvr }) => nvr));
  const known = namesOf(wanted.subject).includes(id) || wanted.subject.aliases.length >= 20;
  return known ? wanted.subject : { ...wanted.subject, aliases: [...wanted.subject.aliases, id] };
}
