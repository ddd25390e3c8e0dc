import { msBetween } from '@millrace/kernel';
import { changeId, check } from './changes';
import type { SourceRow } from './state';
import type { PushedCommit, TriggerInput } from './trigger-input';
import type { Turn } from './turn';
import { listed } from './words';

export interface PushReply {
  readonly outcome: 'accepted' | 'ignored';
  readonly change: string | null;
  readonly components: readonly string[];
  readonly because: string;
}

type Pushed = Extract<TriggerInput, { type: 'push.received' }>;

/** Former heads that are kept of each source. */
export const mostPassed = 30;
/** Milliseconds for which a look at a source may still bring what it was before a push. */
const lookTakes = 120_000;

/** A forge tells of a push: what is new in it becomes one change. Late and repeated messages change nothing. */
export function pushReceived(turn: Turn, input: Pushed): PushReply {
  const news = input.pushes.map((one) => newsOf(turn, input, one));
  const fresh = news.filter((one) => one.stale === null);
  if (fresh.length === 0) {
    const because = news.map((one) => one.stale).join('; ') || 'it names no component';
    return { outcome: 'ignored', change: null, components: [], because };
  }
  const change = changeId(turn);
  const { release, by, why, message } = input;
  const components = fresh.map(({ push: { component, commit } }) => ({ component, commit }));
  check(turn, { change, release, kind: 'commit', components, urgency: 'normal', by, why, message, times: 0 });
  const names = components.map((one) => one.component);
  return { outcome: 'accepted', change, components: names, because: `${listed(names)} changed: ${why}` };
}

/** Remembers the new head of a source; says why there is none. */
function newsOf(turn: Turn, { release, before }: Pushed, push: PushedCommit) {
  const { component, url, commit } = push;
  const id = `${release}/${component}`;
  const old = turn.find('sources', id);
  const same = old?.url === url ? old : undefined;
  const short = commit.slice(0, 8);
  if (same?.commit === commit) return { push, stale: `commit ${short} of ${component} is known already` };
  if (same && same.commit !== before && hasPassed(same, commit)) {
    return { push, stale: `commit ${short} of ${component} has been followed by ${same.commit.slice(0, 8)}` };
  }
  const former = [...(same ? [same.commit] : []), ...(before === null ? [] : [before])];
  const passed = [...new Set([...(same?.passed ?? []), ...former])].filter((one) => one !== commit);
  const row: SourceRow = { id, revision: old?.revision ?? 0, release, component, url, commit };
  turn.put('sources', { ...row, passed: passed.slice(-mostPassed), pushedAt: turn.at });
  return { push, stale: null };
}

function hasPassed(source: SourceRow, commit: string): boolean {
  return (source.passed ?? []).includes(commit);
}

/** Was a source looked at before the push of which a forge has told meanwhile? */
export function isBehind(turn: Turn, source: SourceRow, commit: string): boolean {
  const { pushedAt } = source;
  return pushedAt !== undefined && hasPassed(source, commit) && msBetween(pushedAt, turn.at) < lookTakes;
}
