import { encodeAnswer, encodeFault } from '../xml-rpc/encode';
import type { RpcStruct, RpcValue } from '../xml-rpc/value';
import type { RpcCall } from '../xml-rpc/decode';
import { control } from './control-methods';
import type { HubParts } from './fake-hub';
import { HubFault } from './hub-fault';
import { Arguments, reads, writes, type Method, type Methods } from './method';
import { buildMethods } from './methods/builds';
import { repoMethods } from './methods/repos';
import { sideTagMethods } from './methods/side-tags';
import { tagMethods } from './methods/tags';
import { taskMethods } from './methods/tasks';
import { callerOf, login, passwordUser, type Caller, type SessionHeaders } from './sessions';
import { uploadMethods } from './uploads';
import { userOf } from './look-up';

const always: Methods = {
  ...{ ...taskMethods, ...buildMethods, ...tagMethods },
  ...{ ...sideTagMethods, ...repoMethods, ...uploadMethods },
};
const ofPlugins: Readonly<Record<string, readonly string[]>> = {
  sidetag: ['createSideTag', 'editSideTag', 'removeSideTag', 'listSideTags'],
};

/** Answered before a method is looked for. */
const answeredHere = ['getKojiVersion', 'login', 'multiCall', 'sslLogin', 'system.listMethods'];

const ownMethods: Methods = {
  getLoggedInUser: reads([], ({ user }) => (user ? { id: user.id, name: user.name, status: 0, usertype: 0 } : null)),
  getPerms: writes([], ({ user }) => user.perms),
  logout: writes(['session_id'], () => null),
};

export interface Executed {
  readonly body: string;
  readonly wrote: boolean;
  readonly method: string;
}

export interface Incoming {
  readonly path: string;
  readonly headers: SessionHeaders;
  /** Name of the user that a web server before the hub has authenticated. */
  readonly remoteUser: string | undefined;
}

/** One call of the hub's: a fault changes nothing, a write commits its call number. */
export function execute(hub: HubParts, { method, params }: RpcCall, incoming: Incoming): Executed {
  count(hub, method);
  if (!method.startsWith('fake.')) hub.requests.count++;
  try {
    if (hub.trouble.offline && !method.startsWith('fake.')) throw new HubFault('ServerOffline', 'database outage');
    const caller = callerOf(hub.state, incoming.headers, method, params);
    const { value, writes: wrote } = run(hub, { method, params }, { caller, incoming });
    if (wrote) commit(hub, caller);
    hub.witness.tell?.(method, 'after');
    return { body: encodeAnswer(value), wrote, method };
  } catch (thrown) {
    if (!(thrown instanceof HubFault)) throw thrown;
    return { body: encodeFault(thrown.faultCode, thrown.message), wrote: false, method };
  }
}

function commit(hub: HubParts, { session, callnum }: Caller): void {
  if (session && callnum !== null) session.lastCall = callnum;
  hub.changed();
}

interface Context {
  readonly caller: Caller;
  readonly incoming: Incoming;
}

function run(hub: HubParts, call: RpcCall, { caller, incoming }: Context): { value: RpcValue; writes: boolean } {
  const { method, params } = call;
  const { state } = hub;
  if (method.startsWith('fake.')) return { value: control(hub, method.slice(5), params), writes: true };
  if (method === 'login') {
    const { user, renew } = passwordUser(state, params);
    return { value: login(state, caller, user, renew), writes: false };
  }
  if (method === 'sslLogin') {
    const of = new Arguments(method, ['proxyuser', 'proxyauthtype', 'renew', 'exclusive'], params);
    const user = incoming.path.endsWith('/ssllogin') ? userOf(state, incoming.remoteUser ?? '') : undefined;
    return { value: login(state, caller, user, of.flag('renew')), writes: false };
  }
  if (method === 'multiCall' || method === 'system.multicall') return manyOf(hub, params, caller);
  if (method === 'getKojiVersion') return { value: hub.version ?? '1.33.0', writes: false };
  if (method === 'system.listMethods') return { value: [...namesOf(hub), ...answeredHere], writes: false };
  const known = find(hub, method);
  const of = new Arguments(method, known.names, params);
  return { value: known.run({ state, user: caller.user, of }), writes: known.writes };
}

/** One entry's fault does not touch the others. */
function manyOf(hub: HubParts, params: readonly RpcValue[], caller: Caller): { value: RpcValue; writes: boolean } {
  const entries = (params[0] ?? []) as readonly RpcStruct[];
  let wrote = false;
  const value = entries.map((entry): RpcValue => {
    try {
      const known = find(hub, String(entry['methodName']));
      count(hub, String(entry['methodName']));
      const of = new Arguments(String(entry['methodName']), known.names, entry['params'] as readonly RpcValue[]);
      const answer = known.run({ state: hub.state, user: caller.user, of });
      wrote ||= known.writes;
      hub.witness.tell?.(String(entry['methodName']), 'after');
      return [answer];
    } catch (thrown) {
      if (!(thrown instanceof HubFault)) throw thrown;
      return { faultCode: thrown.faultCode, faultString: thrown.message, traceback: [] };
    }
  });
  return { value, writes: wrote };
}

function find(hub: HubParts, method: string): Method {
  if (namesOf(hub).includes(method)) return { ...always, ...ownMethods }[method]!;
  throw new HubFault('GenericError', `Invalid method: ${method}`);
}

function namesOf(hub: HubParts): readonly string[] {
  const missing = Object.entries(ofPlugins).flatMap(([name, methods]) => (hub.plugins.includes(name) ? [] : methods));
  const tooNew = isBeforeRequests(hub.version) ? ['repo.request', 'repo.checkRequest', 'repo.get'] : [];
  return Object.keys({ ...always, ...ownMethods }).filter((name) => ![...missing, ...tooNew].includes(name));
}

function count(hub: HubParts, method: string): void {
  hub.calls.set(method, (hub.calls.get(method) ?? 0) + 1);
  hub.witness.tell?.(method, 'before');
}

/** Repositories on demand came with 1.35. */
export function isBeforeRequests(version: string | null): boolean {
  return version === null || Number(version.split('.')[1]) < 35;
}
