import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { decodeCall } from '../xml-rpc/decode';
import { encodeAnswer, encodeFault } from '../xml-rpc/encode';
import { callLimits } from '../xml-rpc/value';
import { execute, isBeforeRequests, type Executed } from './dispatch';
import type { HubParts } from './fake-hub';
import { HubFault } from './hub-fault';
import { callerOf, type SessionHeaders } from './sessions';
import { storePiece } from './uploads';

/** The web server before the hub, with everything that can go wrong between the two of us. */
export async function answerHttp(hub: HubParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { trouble } = hub;
  if (request.method !== 'POST') return plain(response, 405, 'Method Not Allowed');
  const body = await bodyOf(request);
  if (body === null) return plain(response, 413, 'Request too long');
  const own = body.includes('<methodName>fake.');
  if (!own && strikes(trouble, 'cutBefore')) return void request.socket.destroy();
  if (!own && strikes(trouble, 'badGateway')) return plain(response, 502, 'Bad Gateway');
  if (!own && trouble.slowMs > 0) await pause(trouble.slowMs);
  const executed = executeBody(hub, request, body);
  if (executed === null) return plain(response, 400, 'malformed request');
  if (!own && losesAnswer(hub, executed)) return void request.socket.destroy();
  const version = hub.version === null || isBeforeRequests(hub.version) ? {} : { 'koji-version': hub.version };
  response.writeHead(200, { 'content-type': 'text/xml', ...version });
  response.end(executed.body);
}

function executeBody(hub: HubParts, request: IncomingMessage, body: Buffer): Executed | null {
  const url = new URL(request.url ?? '/', 'http://hub');
  const headers = sessionOf(request);
  if (request.headers['content-type'] === 'application/octet-stream') return receive(hub, url, headers, body);
  const call = callIn(body);
  if (call === null) return null;
  const remoteUser = request.headers['x-remote-user'];
  return execute(hub, call, { path: url.pathname, headers, remoteUser: remoteUser?.toString() });
}

function receive(hub: HubParts, { searchParams }: URL, headers: SessionHeaders, body: Buffer): Executed {
  try {
    const caller = callerOf(hub.state, headers, 'upload', []);
    if (!caller.user) throw new HubFault('ActionNotAllowed', 'you must be logged-in to upload');
    const answer = storePiece(hub.state, searchParams, body);
    if (caller.session && caller.callnum !== null) caller.session.lastCall = caller.callnum;
    hub.changed();
    return { body: encodeAnswer(answer), wrote: true, method: 'upload' };
  } catch (thrown) {
    if (!(thrown instanceof HubFault)) throw thrown;
    return { body: encodeFault(thrown.faultCode, thrown.message), wrote: false, method: 'upload' };
  }
}

function callIn(body: Buffer) {
  try {
    return decodeCall(body.toString('utf8'));
  } catch {
    return null;
  }
}

function losesAnswer({ trouble }: HubParts, { wrote, method }: Executed): boolean {
  return wrote && (trouble.loseOf ?? method) === method && strikes(trouble, 'loseAnswers');
}

function strikes(trouble: HubParts['trouble'], kind: 'cutBefore' | 'loseAnswers' | 'badGateway'): boolean {
  if (trouble[kind] <= 0) return false;
  trouble[kind]--;
  return true;
}

function sessionOf({ headers }: IncomingMessage): SessionHeaders {
  const one = (name: string) => headers[name]?.toString();
  return { id: one('koji-session-id'), key: one('koji-session-key'), callnum: one('koji-session-callnum') };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes <= callLimits.bytes) pieces.push(piece);
  }
  return bytes <= callLimits.bytes ? Buffer.concat(pieces) : null;
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(text);
}
