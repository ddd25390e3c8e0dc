import { parkUntil, put, type DecideContext, type Decision, type Effect, type Parked } from '@millrace/kernel';
import { answerVerdicts, touchedBy } from './answer';
import { withGroupId } from './group';
import type { VerdictWanted } from './input';
import { draftsOfChecks } from './own-checks';
import { recordResult } from './record';
import { verdictId, type Answer, type State, type VerdictRow, type WatchRow } from './state';
import { namesOf } from './subject';

/** Registers the subject and answers; results that came before the question count too. */
export function answerWanted(state: State, wanted: VerdictWanted, context: DecideContext): Decision<State> | Parked {
  if (!state.releases.has(wanted.release)) {
    return parkUntil(`release/${wanted.release}`, `the definition of release '${wanted.release}' is not known yet`);
  }
  const id = verdictId(wanted.subject, wanted.decision_context);
  const known = state.verdicts.get(id);
  // A question about an older build of the same name, come late: its answer would be about the wrong build.
  if (known && known.build !== wanted.build && wanted.since < known.since) return { state, effects: [] };
  const row = verdictRow(id, known, wanted, context);
  const effects: Effect[] = [];
  let next = put(state, 'verdicts', row);
  for (const draft of draftsOfChecks(wanted)) {
    const recorded = recordResult(next, draft, context);
    next = recorded.state;
    effects.push(...recorded.effects);
  }
  for (const watch of watchesOf(row)) if (!next.watches.has(watch.id)) next = put(next, 'watches', watch);
  const answered = answerVerdicts(next, [id, ...touchedBy(next, namesOf(row.subject))], context.at, [id]);
  return { ...answered, effects: [...effects, ...answered.effects] };
}

const unanswered: Answer = { decision: 'pending', state: 'waiting', reasons: [], retry_after: null };

function verdictRow(
  id: string,
  known: VerdictRow | undefined,
  wanted: VerdictWanted,
  { at }: DecideContext,
): VerdictRow {
  const sameBuild = known?.build === wanted.build;
  return {
    id,
    revision: known?.revision ?? 0,
    subject: withGroupId(wanted),
    release: wanted.release,
    product_version: wanted.product_version,
    decision_context: wanted.decision_context,
    component: wanted.component,
    build: wanted.build,
    group: wanted.group,
    cascade: wanted.cascade,
    repository: wanted.repository,
    tag: wanted.tag ?? null,
    ...(wanted.scope ? { scope: wanted.scope } : {}),
    ...(wanted.builtin ? { builtin: wanted.builtin } : {}),
    since: wanted.since,
    askedAt: known && sameBuild ? known.askedAt : at,
    said: known?.said ?? 0,
    answer: known?.answer ?? unanswered,
    answeredAt: known?.answeredAt ?? at,
    ...(known?.decision === undefined ? {} : { decision: known.decision }),
    ...(sameBuild && known.reruns ? { reruns: known.reruns } : {}),
    ...(sameBuild && known.remote ? { remote: known.remote } : {}),
    ...(sameBuild && known.foreign ? { foreign: known.foreign } : {}),
  };
}

function watchesOf(verdict: VerdictRow): readonly WatchRow[] {
  const own = namesOf(verdict.subject).map((name) => ({ name, kind: 'subject' as const }));
  const members = (verdict.group ?? []).map(({ nvr }) => ({ name: nvr, kind: 'member' as const }));
  return [...own, ...members].map(({ name, kind }) => ({
    id: `${kind}|${name}|${verdict.id}`,
    revision: 0,
    name,
    kind,
    verdict: verdict.id,
  }));
}
