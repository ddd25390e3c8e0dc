import { AppError, moment } from '@millrace/kernel';
import { setTimeout as pause } from 'node:timers/promises';
import { isFault, toFault } from '../fault';
import { encodeCall } from '../xml-rpc/encode';
import type { RpcAnswer } from '../xml-rpc/decode';
import type { RpcValue } from '../xml-rpc/value';
import { NoAnswer, type Connection, type Post } from './connection';
import { logIn, ticketHeaders, type SessionTicket } from './log-in';
import type { KojiLogin, RetryPace } from './options';
import { patiently } from './patiently';
import { OutcomeUnknown, sessionGone, type CallIntent, type WriteOutcome } from './outcome';

/** Called with the numbers of a write before it is sent, and awaited: what must survive a crash is stored here. */
export type BeforeWrite = (intent: CallIntent) => Promise<void> | void;

export interface Session {
  write(method: string, params: readonly RpcValue[], before?: BeforeWrite): Promise<WriteOutcome<RpcValue>>;
  /** A raw body with the session's headers, e.g. a piece of an upload. */
  send(method: string, post: Omit<Post, 'headers'>): Promise<WriteOutcome<RpcValue>>;
  logOut(): Promise<void>;
}

export interface SessionParts {
  readonly connection: Connection;
  readonly pace: RetryPace;
  /** null: a session that is only resumed, to learn what became of a call. */
  readonly login: KojiLogin | null;
}

/**
 * One writer's session. Writes go one after another, each under the next call number. A write whose answer is lost is
 * sent again under the same number, so that it is executed at most once; nobody else may use the session.
 */
export function openSession(parts: SessionParts): Session {
  return new SerialSession(parts, null, 0);
}

/** Goes on with a stored intent: the next write is the one that the intent was made for. */
export function resumeSession(parts: Omit<SessionParts, 'login'>, { session, callnum }: CallIntent): Session {
  return new SerialSession({ ...parts, login: null }, session, callnum);
}

class SerialSession implements Session {
  private queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly parts: SessionParts,
    private ticket: SessionTicket | null,
    private callnum: number,
  ) {}

  async write(method: string, params: readonly RpcValue[], before?: BeforeWrite): Promise<WriteOutcome<RpcValue>> {
    const post = { path: '', body: encodeCall(method, params) };
    return this.inTurn(() => this.attempt(method, post, before));
  }

  send(method: string, post: Omit<Post, 'headers'>): Promise<WriteOutcome<RpcValue>> {
    return this.inTurn(() => this.attempt(method, post));
  }

  async logOut(): Promise<void> {
    await this.inTurn(async () => {
      if (this.ticket === null) return;
      const headers = ticketHeaders(this.ticket, this.callnum++);
      this.ticket = null;
      // A hub that does not answer forgets the session by itself.
      await this.post({ path: '', body: encodeCall('logout', []) }, headers);
    });
  }

  private inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(act, act);
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private async attempt(
    method: string,
    post: Omit<Post, 'headers'>,
    before?: BeforeWrite,
  ): Promise<WriteOutcome<RpcValue>> {
    await this.ensureTicket();
    let intent = this.nextIntent();
    await before?.(intent);
    let lost: unknown = null;
    for (let tries = 1; ; tries++) {
      const answer = await this.post(post, headersOf(post, intent));
      if (answer instanceof NoAnswer) lost = answer;
      const verdict = answer instanceof NoAnswer ? 'again' : judge(method, answer);
      if (typeof verdict === 'object') return verdict;
      const cause = answer instanceof NoAnswer ? answer : faultOf(method, answer);
      if (verdict === 'again') {
        await this.waitOrGiveUp(method, tries, intent, { lost, cause });
        continue;
      }
      const trouble = { lost, cause, tries };
      intent = await (verdict === 'expired'
        ? this.renew(method, intent, trouble)
        : this.startAnew(method, intent, trouble));
      await before?.(intent);
    }
  }

  private async post(post: Omit<Post, 'headers'>, headers: Post['headers']): Promise<RpcAnswer | NoAnswer> {
    try {
      return await this.parts.connection.post({ ...post, headers });
    } catch (thrown) {
      if (thrown instanceof NoAnswer) return thrown;
      throw thrown;
    }
  }

  private nextIntent(): CallIntent {
    return { session: this.ticket!, callnum: this.callnum++, at: moment(Date.now()) };
  }

  private async ensureTicket(): Promise<void> {
    if (this.ticket === null) await this.takeTicket(null);
  }

  private async takeTicket(expired: SessionTicket | null): Promise<void> {
    const { connection, login, pace } = this.parts;
    if (login === null) throw noLogin(connection.url);
    this.ticket = await patiently(pace, () => logIn(connection, login, expired));
    if (expired === null) this.callnum = 0;
  }

  private async waitOrGiveUp(
    method: string,
    tries: number,
    intent: CallIntent,
    { lost, cause }: Trouble,
  ): Promise<void> {
    const { pace } = this.parts;
    if (tries < pace.tries) return pause(pace.intervalMs);
    throw lost === null ? cause : this.unknown(method, intent, cause);
  }

  /** The session goes on under a new key when the hub renews it, so a lost call can still be sent under its number. */
  private async renew(method: string, intent: CallIntent, { lost, cause, tries }: Retried): Promise<CallIntent> {
    if (this.parts.login === null) throw sessionGone(method, cause);
    if (tries >= this.parts.pace.tries) throw cause;
    try {
      await this.takeTicket(this.ticket);
    } catch (thrown) {
      if (!isFault(thrown, 'AuthError', 'AuthExpired'))
        throw lost === null ? thrown : this.unknown(method, intent, thrown);
      return this.startAnew(method, intent, { lost, cause: thrown, tries });
    }
    if (this.ticket!.id === intent.session.id) return { ...intent, session: this.ticket! };
    if (lost !== null) throw this.unknown(method, intent, cause);
    this.callnum = 0;
    return this.nextIntent();
  }

  private async startAnew(method: string, intent: CallIntent, { lost, cause, tries }: Retried): Promise<CallIntent> {
    if (lost !== null) throw this.unknown(method, intent, cause);
    this.ticket = null;
    if (this.parts.login === null) throw sessionGone(method, cause);
    if (tries > 1) throw cause;
    await this.takeTicket(null);
    return this.nextIntent();
  }

  /** The session is left as it is, for the intent alone; later writes take another, or the hub could not tell any more. */
  private unknown(method: string, intent: CallIntent, cause: unknown): OutcomeUnknown {
    this.ticket = null;
    return new OutcomeUnknown(method, intent, cause);
  }
}

interface Trouble {
  /** The last attempt that got no answer: from then on the call may have been executed. */
  readonly lost: unknown;
  readonly cause: unknown;
}

interface Retried extends Trouble {
  readonly tries: number;
}

type Verdict = WriteOutcome<RpcValue> | 'again' | 'expired' | 'gone';

function judge(method: string, answer: RpcAnswer): Verdict {
  if (answer.kind === 'value') return { kind: 'answered', value: answer.value };
  const fault = faultOf(method, answer);
  if (isFault(fault, 'RetryError')) return { kind: 'happened' };
  if (isFault(fault, 'ServerOffline')) return 'again';
  if (isFault(fault, 'AuthExpired')) return 'expired';
  if (isFault(fault, 'AuthError', 'SequenceError')) return 'gone';
  throw fault;
}

function faultOf(method: string, answer: RpcAnswer): unknown {
  return answer.kind === 'fault' ? toFault(method, answer.fault) : null;
}

function headersOf(post: Omit<Post, 'headers'>, { session, callnum }: CallIntent): Readonly<Record<string, string>> {
  const headers = ticketHeaders(session, callnum);
  return typeof post.body === 'string' ? headers : { ...headers, 'content-type': 'application/octet-stream' };
}

function noLogin(url: string): AppError {
  return new AppError({
    code: 'koji-login-missing',
    kind: 'forbidden',
    message: `writing to ${url} needs a log-in, and none is configured`,
    remedy: 'configure a password, a client certificate or Kerberos for this hub',
  });
}
