import { tagOf } from './look-up';
import { nextId, nowTs, type HubState } from './state';
import { closeTask, makeTask, putInto } from './tasks';

export interface StockedBuild {
  readonly task: number;
  readonly build: number;
  readonly name: string;
  readonly nvr: string;
}

/**
 * Builds that a cascade of ours has made and that are in a tag, as if they had been built one after another: for what
 * happens to hundreds of them afterwards.
 */
export function stockBuilds(
  state: HubState,
  wish: {
    readonly count: number;
    readonly tag: string;
    readonly base: string;
    readonly user: string;
    readonly release: string;
    readonly cascade: string;
    readonly drafts?: boolean;
  },
): readonly StockedBuild[] {
  const owner = state.users.find((one) => one.name === wish.user)!.id;
  const [into, base] = [tagOf(state, wish.tag), tagOf(state, wish.base)];
  return Array.from({ length: wish.count }, (_, n) => {
    const name = `stocked-${String(n).padStart(4, '0')}`;
    base.packages.push({ name, owner: wish.user, blocked: false });
    const millrace = {
      millrace_key: `${wish.cascade}/${name}`,
      millrace_release: wish.release,
      millrace_component: `rpm/${name}`,
      millrace_cascade: wish.cascade,
      millrace_bootstrap: false,
    };
    const source = `git+https://src.example/rpms/${name}#0123456789012345678901234567890123456789`;
    const request = [source, wish.tag, { custom_user_metadata: millrace }];
    const task = makeTask(state, { method: 'build', request, owner });
    closeTask(task, null);
    const id = nextId(state);
    const release = wish.drafts ? `1,draft_${id}` : '1';
    state.builds.push({
      ...{ id, name, version: '1', release, state: 1, task_id: task.id, owner, source, extra: {} },
      ...{ draft: wish.drafts === true, creation_event_id: state.lastEvent },
      ...{ start_ts: nowTs(), completion_ts: nowTs() },
    });
    putInto(state, into.id, id, owner);
    return { task: task.id, build: id, name, nvr: `${name}-1-${release}` };
  });
}
