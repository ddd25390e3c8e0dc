import type { RpcStruct, RpcValue } from '../../xml-rpc/value';
import { HubFault } from '../hub-fault';
import { taskOf } from '../look-up';
import { reads, writes, type Arguments, type Methods } from '../method';
import { taskRow } from '../rows';
import { nowTs, type FakeTask, type HubState } from '../state';
import { cancelFamily, childrenOf, familyOf, isOver, makeTask, states } from '../tasks';

/** Every builder is in every channel. */
const channels = ['default', 'createrepo', 'container', 'image'];

export const taskMethods: Methods = {
  build: writes(['src', 'target', 'opts', 'priority', 'channel'], ({ state, user, of }) => {
    const request = [of.text('src'), of.text('target'), of.struct('opts')];
    return makeTask(state, { method: 'build', request, owner: user.id, priority: of.numberOr('priority', 0) }).id;
  }),
  chainBuild: writes(['srcs', 'target', 'opts', 'priority', 'channel'], ({ state, user, of }) => {
    const request = [of.list('srcs'), of.text('target'), of.struct('opts')];
    return makeTask(state, { method: 'chainbuild', request, owner: user.id, priority: of.numberOr('priority', 0) }).id;
  }),
  buildContainer: writes(['src', 'target', 'opts', 'priority', 'channel'], ({ state, user, of }) => {
    const request = [of.text('src'), of.text('target'), of.struct('opts')];
    const priority = of.numberOr('priority', 0);
    return makeTask(state, { method: 'buildContainer', request, owner: user.id, priority }).id;
  }),
  getTaskInfo: reads(['task_id', 'request', 'strict'], ({ state, of }) => {
    const asked = of.any('task_id');
    if (!Array.isArray(asked)) return rowOrNil(state, asked, of);
    return (asked as readonly RpcValue[]).map((id) => rowOrNil(state, id, of));
  }),
  getTaskResult: reads(['taskId', 'raise_fault'], ({ state, of }) => {
    const task = taskOf(state, of.any('taskId'));
    if (!isOver(task)) throw new HubFault('GenericError', `Task ${task.id} is not finished`);
    if (task.state === states.CANCELED) throw new HubFault('GenericError', `Task ${task.id} is canceled`);
    return task.result;
  }),
  getTaskChildren: reads(['task_id', 'request', 'strict'], ({ state, of }) =>
    childrenOf(state, of.number('task_id')).map((t) => taskRow(t, of.flag('request'))),
  ),
  getTaskDescendents: reads(['task_id', 'request'], ({ state, of }) => {
    const family = familyOf(state, taskOf(state, of.any('task_id')));
    const rows = family.map(({ id }) => [String(id), childrenOf(state, id).map((t) => taskRow(t, of.flag('request')))]);
    return Object.fromEntries(rows) as RpcStruct;
  }),
  listTasks: reads(['opts', 'queryOpts'], ({ state, of }) => {
    const { limit, offset, order, countOnly } = of.struct('queryOpts');
    const rows = state.tasks.filter((task) => fits(task, of.struct('opts')));
    if (countOnly) return rows.length;
    if (order === '-id') rows.reverse();
    const from = typeof offset === 'number' ? offset : 0;
    const end = typeof limit === 'number' ? from + limit : undefined;
    return rows.slice(from, end).map((t) => taskRow(t, true));
  }),
  cancelTask: writes(['task_id', 'recurse'], ({ state, user, of }) => {
    const task = taskOf(state, of.any('task_id'));
    if (task.owner !== user.id && !user.perms.includes('admin')) {
      throw new HubFault('ActionNotAllowed', 'Cannot cancel task, not owner');
    }
    cancelFamily(state, task);
    return null;
  }),
  listTaskOutput: reads(['taskID', 'stat', 'all_volumes', 'strict'], ({ state, of }) => {
    const { files } = taskOf(state, of.any('taskID'));
    if (!of.flag('stat')) return Object.keys(files);
    const sizes = Object.entries(files).map(([name, text]) => [name, { st_size: String(Buffer.byteLength(text)) }]);
    return Object.fromEntries(sizes) as RpcStruct;
  }),
  downloadTaskOutput: reads(['taskID', 'fileName', 'offset', 'size', 'volume'], ({ state, of }) => {
    const text = taskOf(state, of.any('taskID')).files[of.text('fileName')];
    if (text === undefined) throw new HubFault('GenericError', `no file ${of.text('fileName')}`);
    const bytes = Buffer.from(text);
    const from = of.numberOr('offset', 0);
    const start = from < 0 ? bytes.length + from : from;
    if (start < 0) throw new HubFault('PythonError', "<class 'OSError'>: [Errno 22] Invalid argument");
    return bytes.subarray(start, start + of.numberOr('size', bytes.length)).toString('base64');
  }),
  getAverageBuildDuration: reads(['package', 'age'], ({ state, of }) => {
    const ended = state.builds.filter((b) => b.name === of.any('package') && b.state === 1);
    if (ended.length === 0) return null;
    return ended.reduce((sum, b) => sum + (b.completion_ts ?? nowTs()) - b.start_ts, 0) / ended.length;
  }),
  listHosts: reads(['arches', 'channelID', 'ready', 'enabled', 'userID', 'queryOpts'], ({ state }) =>
    state.hosts.map((host) => ({ ...host, capacity: 4, task_load: 0 })),
  ),
  getChannel: reads(['channelInfo', 'strict'], ({ of }) => {
    const at = channels.findIndex((name, n) => name === of.any('channelInfo') || n + 1 === of.any('channelInfo'));
    return at < 0 ? null : { id: at + 1, name: channels[at]!, enabled: true };
  }),
};

function rowOrNil(state: HubState, id: RpcValue, of: Arguments): RpcValue {
  const task = state.tasks.find((t) => t.id === id);
  if (!task && of.flag('strict')) throw new HubFault('GenericError', `No such task: ${String(id)}`);
  return task ? taskRow(task, of.flag('request')) : null;
}

function fits(task: FakeTask, { owner, method, state, parent, createdAfter, channel_id: channel }: RpcStruct): boolean {
  if (typeof channel === 'number' && channel !== 1) return false;
  if (typeof owner === 'number' && task.owner !== owner) return false;
  if (typeof method === 'string' && task.method !== method) return false;
  if (Array.isArray(state) && !(state as readonly RpcValue[]).includes(task.state)) return false;
  if (parent === null && task.parent !== null) return false;
  if (typeof parent === 'number' && task.parent !== parent) return false;
  return !(typeof createdAfter === 'number') || task.create_ts > createdAfter;
}
