import { z } from 'zod';
import { toFault } from '../fault';
import { encodeCall, withKeywords } from '../xml-rpc/encode';
import type { RpcStruct, RpcValue } from '../xml-rpc/value';
import { parseAnswer } from '../parse-answer';
import type { Connection } from './connection';
import { negotiateHeader } from './negotiate';
import type { KojiLogin } from './options';

/** The key is a bearer secret: keep it in files of mode 0600 only, and out of logs. */
export interface SessionTicket {
  readonly id: number;
  readonly key: string;
}

const ticketSchema = z.looseObject({ 'session-id': z.number().int(), 'session-key': z.string().min(1) });

/**
 * Opens a session, or renews one that expired: then the same session goes on, with its call numbers. The renewal itself
 * has no call number, so that a call whose answer was lost before can be sent again under its own.
 */
export async function logIn(
  connection: Connection,
  login: KojiLogin,
  expired: SessionTicket | null,
): Promise<SessionTicket> {
  const renew: RpcStruct = expired === null ? {} : { renew: true };
  const { method, path, params, headers } = await formOf(connection.url, login, renew);
  const body = encodeCall(method, params);
  const answer = await connection.post({ path, body, headers: { ...headers, ...ticketHeaders(expired) } });
  if (answer.kind === 'fault') throw toFault(method, answer.fault);
  const ticket = parseAnswer(method, ticketSchema, answer.value);
  return { id: ticket['session-id'], key: ticket['session-key'] };
}

export function ticketHeaders(ticket: SessionTicket | null, callnum?: number): Readonly<Record<string, string>> {
  if (ticket === null) return {};
  return {
    'koji-session-id': String(ticket.id),
    'koji-session-key': ticket.key,
    ...(callnum === undefined ? {} : { 'koji-session-callnum': String(callnum) }),
  };
}

interface LoginForm {
  readonly method: string;
  readonly path: string;
  readonly params: readonly RpcValue[];
  readonly headers: Readonly<Record<string, string>>;
}

async function formOf(url: string, login: KojiLogin, renew: RpcStruct): Promise<LoginForm> {
  if (login.kind === 'password') {
    const params = withKeywords([login.user, login.password], renew);
    return { method: 'login', path: '', params, headers: {} };
  }
  const params = withKeywords([login.proxyUser ?? null], renew);
  const form = { method: 'sslLogin', path: '/ssllogin', params };
  if (login.kind === 'certificate') return { ...form, headers: {} };
  return { ...form, headers: { authorization: await negotiateHeader(url, login.service) } };
}
