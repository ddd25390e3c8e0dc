import type { z } from 'zod';
import { isFaultStruct, toFault, type KojiFault } from './fault';
import { parseAnswer } from './parse-answer';
import type { Connection } from './session/connection';
import type { RetryPace } from './session/options';
import { patiently } from './session/patiently';
import type { BeforeWrite, Session } from './session/session';
import type { WriteOutcome } from './session/outcome';
import { notXmlRpc } from './xml-rpc/problem';
import { encodeCall, withKeywords } from './xml-rpc/encode';
import type { RpcStruct, RpcValue } from './xml-rpc/value';

export interface Call {
  readonly method: string;
  readonly params?: readonly RpcValue[];
  readonly keywords?: RpcStruct;
}

/** Reads go without a session: they may be sent again freely, and many at one time. */
export interface Asker {
  ask<T>(call: Call, schema: z.ZodType<T>): Promise<T>;
  /** Many reads in few requests. A call that the hub refuses is a fault among the answers; the rest are not touched. */
  askMany<T>(calls: readonly Call[], schema: z.ZodType<T>): Promise<readonly Answered<T>[]>;
}

export type Answered<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: KojiFault };

/** Writes go through the one session, each under a call number. */
export interface Writer {
  write<T>(call: Call, schema: z.ZodType<T>, before?: BeforeWrite): Promise<WriteOutcome<T>>;
}

/** Koji's own limit of a body is 4 MiB; a chunk of 100 calls stays far below it. */
const chunkOfCalls = 100;

export function askerOf(connection: Connection, pace: RetryPace): Asker {
  const raw = async ({ method, params = [], keywords = {} }: Call): Promise<RpcValue> => {
    const body = encodeCall(method, withKeywords(params, keywords));
    return patiently(pace, async () => {
      const answer = await connection.post({ path: '', headers: {}, body });
      if (answer.kind === 'fault') throw toFault(method, answer.fault);
      return answer.value;
    });
  };
  return {
    ask: async (call, schema) => parseAnswer(call.method, schema, await raw(call)),
    askMany: async (calls, schema) => {
      const answers = [];
      for (let at = 0; at < calls.length; at += chunkOfCalls) {
        const chunk = calls.slice(at, at + chunkOfCalls);
        const entries = await raw({ method: 'multiCall', params: [chunk.map(entryOf)] });
        answers.push(...answeredOf(chunk, entries, schema));
      }
      return answers;
    },
  };
}

export function writerOf(session: Session): Writer {
  return {
    write: async ({ method, params = [], keywords = {} }, schema, before) => {
      const outcome = await session.write(method, withKeywords(params, keywords), before);
      if (outcome.kind === 'happened') return outcome;
      return { kind: 'answered', value: parseAnswer(method, schema, outcome.value) };
    },
  };
}

function entryOf({ method, params = [], keywords = {} }: Call): RpcStruct {
  return { methodName: method, params: withKeywords(params, keywords) };
}

function answeredOf<T>(calls: readonly Call[], entries: RpcValue, schema: z.ZodType<T>): Answered<T>[] {
  if (!Array.isArray(entries) || entries.length !== calls.length) {
    throw notXmlRpc(`multiCall of ${calls.length} calls was not answered by as many`);
  }
  return calls.map(({ method }, i) => {
    const entry = (entries as readonly RpcValue[])[i]!;
    if (isFaultStruct(entry)) return { ok: false, fault: toFault(method, entry) };
    const value = Array.isArray(entry) ? (entry as readonly RpcValue[])[0] : undefined;
    return { ok: true, value: parseAnswer(method, schema, value ?? null) };
  });
}
