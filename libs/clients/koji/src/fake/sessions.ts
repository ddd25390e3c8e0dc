import { randomBytes } from 'node:crypto';
import type { RpcStruct, RpcValue } from '../xml-rpc/value';
import { Arguments } from './method';
import { HubFault } from './hub-fault';
import { nextId, type FakeSession, type FakeUser, type HubState } from './state';

export interface SessionHeaders {
  readonly id: string | undefined;
  readonly key: string | undefined;
  readonly callnum: string | undefined;
}

export interface Caller {
  readonly user: FakeUser | null;
  readonly session: FakeSession | null;
  readonly callnum: number | null;
}

/** Who calls, and whether the call number may be used: the rules of koji.auth.Session. */
export function callerOf(
  state: HubState,
  headers: SessionHeaders,
  method: string,
  params: readonly RpcValue[],
): Caller {
  if (headers.id === undefined) return { user: null, session: null, callnum: null };
  const session = state.sessions.find((s) => s.id === Number(headers.id) && s.key === headers.key);
  if (!session) throw new HubFault('AuthError', 'Invalid session or bad credentials');
  if (session.expired && !isRenewal(method, params))
    throw new HubFault('AuthExpired', `session "${session.id}" has expired`);
  const callnum = headers.callnum === undefined ? null : Number(headers.callnum);
  if (callnum !== null && session.lastCall !== null)
    checkCallnum(callnum, session.lastCall, { method, id: session.id });
  return { user: state.users.find((u) => u.id === session.user) ?? null, session, callnum };
}

/** A password, or the name that the web server authenticated at /ssllogin. */
export function login(state: HubState, caller: Caller, user: FakeUser | undefined, renew: boolean): RpcStruct {
  if (!user) throw new HubFault('AuthError', 'invalid username or password');
  const key = `${user.id}-${randomBytes(15).toString('hex')}`;
  if (renew) {
    if (!caller.session) throw new HubFault('AuthError', 'no session to renew');
    Object.assign(caller.session, { key, expired: false });
    return ticket(caller.session);
  }
  const session: FakeSession = { id: nextId(state), key, user: user.id, lastCall: null, expired: false };
  state.sessions.push(session);
  return ticket(session);
}

export function passwordUser(
  state: HubState,
  params: readonly RpcValue[],
): { user: FakeUser | undefined; renew: boolean } {
  const of = new Arguments('login', ['user', 'password', 'opts', 'renew', 'exclusive'], params);
  const user = state.users.find((u) => u.name === of.text('user') && u.password === of.text('password'));
  return { user, renew: of.flag('renew') };
}

function ticket({ id, key }: FakeSession): RpcStruct {
  return { 'session-id': id, 'session-key': key, 'header-auth': true };
}

function checkCallnum(callnum: number, last: number, { method, id }: { method: string; id: number }): void {
  if (callnum === last) {
    throw new HubFault('RetryError', `unable to retry call ${callnum} (method ${method}) for session ${id}`);
  }
  if (callnum < last) throw new HubFault('SequenceError', `${last} > ${callnum} (session ${id})`);
}

function isRenewal(method: string, params: readonly RpcValue[]): boolean {
  if (method !== 'login' && method !== 'sslLogin') return false;
  const last = params.at(-1);
  return typeof last === 'object' && last !== null && 'renew' in last;
}
