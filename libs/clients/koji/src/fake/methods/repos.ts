import type { RpcStruct } from '../../xml-rpc/value';
import { HubFault } from '../hub-fault';
import { lastChangeOf, tagOf } from '../look-up';
import { reads, writes, type Methods } from '../method';
import { repoRow } from '../rows';
import { nextId, type FakeRepoRequest, type HubState } from '../state';
import { makeTask } from '../tasks';

export const repoMethods: Methods = {
  'repo.request': writes(['tag', 'min_event', 'at_event', 'opts', 'priority', 'force'], ({ state, user, of }) => {
    const tag = tagOf(state, of.any('tag'));
    const asked = of.any('min_event');
    const minEvent = typeof asked === 'number' ? asked : lastChangeOf(state, tag);
    const ready = state.repos.findLast((r) => r.tag_id === tag.id && r.state === 1 && r.begin_event >= minEvent);
    if (ready) return { repo: repoRow(state, ready), request: null, duplicate: false };
    const running = state.repoRequests.find((r) => r.active && r.tag_id === tag.id && r.min_event >= minEvent);
    if (running) return { repo: null, request: requestRow(state, running), duplicate: true };
    const task = makeTask(state, { method: 'newRepo', request: [tag.name], owner: user.id });
    const made = {
      id: nextId(state),
      tag_id: tag.id,
      min_event: minEvent,
      task_id: task.id,
      active: true,
      repo_id: null,
    };
    state.repoRequests.push(made);
    return { repo: null, request: requestRow(state, made), duplicate: false };
  }),
  'repo.get': reads(['tag', 'min_event', 'at_event', 'opts'], ({ state, of }) => {
    const tag = tagOf(state, of.any('tag'));
    const wanted = of.numberOr('min_event', 0) ?? 0;
    const found = state.repos.findLast((r) => r.tag_id === tag.id && r.state === 1 && r.begin_event >= wanted);
    return found ? repoRow(state, found) : null;
  }),
  'repo.checkRequest': reads(['req_id'], ({ state, of }) => {
    const request = state.repoRequests.find((r) => r.id === of.any('req_id'));
    if (!request) throw new HubFault('GenericError', `No such request: ${of.number('req_id')}`);
    const repo = state.repos.find((r) => r.id === request.repo_id);
    return { repo: repo ? repoRow(state, repo) : null, request: requestRow(state, request) };
  }),
  newRepo: writes(['tag', 'event', 'src', 'debuginfo', 'separate_src'], ({ state, user, of }) => {
    if (!user.perms.includes('admin') && !user.perms.includes('regen-repo')) {
      throw new HubFault('ActionNotAllowed', 'regen-repo permission required');
    }
    return makeTask(state, { method: 'newRepo', request: [tagOf(state, of.any('tag')).name], owner: user.id }).id;
  }),
};

function requestRow(state: HubState, request: FakeRepoRequest): RpcStruct {
  const { id, tag_id, min_event, task_id, active, repo_id } = request;
  return {
    id,
    tag_id,
    tag_name: tagOf(state, tag_id).name,
    min_event,
    at_event: null,
    task_id,
    active,
    repo_id,
    tries: 1,
  };
}
