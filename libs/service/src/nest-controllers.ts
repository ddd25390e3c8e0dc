import { doorSubject, envelope, eventType, type Envelope } from '@millrace/contracts';
import type { BusMessage, BusRequest } from '@millrace/bus';
import { AppError } from '@millrace/kernel';
import { Controller, Get, Header, HttpCode, Post, Req, type Type } from '@nestjs/common';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import type { Request } from 'express';
import type { BoundDoor, Hears } from './definition';
import type { DoorDesk } from './door-desk';
import type { TypedInput } from '@millrace/engine';
import { jsonType, WrittenAnswer } from './written-answer';

type Method = (...args: never[]) => Promise<unknown>;

/** Adds a method with decorators to a controller class, as the compiler does for written ones. */
function addMethod(target: Type, name: string, method: Method, decorators: readonly MethodDecorator[]): void {
  Object.defineProperty(target.prototype, name, { value: method, writable: true, configurable: true });
  const descriptor = Object.getOwnPropertyDescriptor(target.prototype, name)!;
  for (const decorate of decorators) decorate(target.prototype as object, name, descriptor);
}

/** Nest's message handlers: one per event that the service hears. The promise settles after the commit. */
export function inboundController<Input>(
  hears: readonly Hears<Input>[],
  take: (input: Input, envelope: Envelope) => Promise<void>,
): Type {
  class Inbound {}
  for (const heard of hears) {
    const type = eventType(heard.event);
    const handle = async (message: BusMessage): Promise<void> => {
      const event = openEnvelope(heard, message.bytes);
      const input = heard.toInput(event);
      if (input !== null) await take(input, event);
    };
    addMethod(Inbound, type, handle, [EventPattern(type)]);
  }
  Controller()(Inbound);
  return Inbound;
}

/** A message as its contract wants it, or an error that names the place. */
export function openEnvelope<Input>(heard: Hears<Input>, bytes: Uint8Array): Envelope {
  const type = eventType(heard.event);
  const parsed = envelope.safeParse(readJson(bytes, type));
  if (!parsed.success)
    throw broken(type, `envelope: ${parsed.error.issues[0]!.path.join('.')}: ${parsed.error.issues[0]!.message}`);
  if (parsed.data.type !== type) throw broken(type, `its type says ${parsed.data.type}`);
  const data = heard.event.data.safeParse(parsed.data.data);
  if (!data.success)
    throw broken(type, `data.${data.error.issues[0]!.path.join('.')}: ${data.error.issues[0]!.message}`);
  return { ...parsed.data, data: data.data };
}

function readJson(bytes: Uint8Array, type: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (thrown) {
    throw broken(type, `it is no JSON: ${(thrown as Error).message}`);
  }
}

function broken(type: string, because: string): AppError {
  return new AppError({
    code: 'message-malformed',
    kind: 'invalid',
    message: `a message on ${type} breaks its contract: ${because}`,
    remedy: 'compare it with docs/generated/asyncapi.json, correct the sender, and drop this one',
  });
}

/** HTTP routes and NATS endpoints of the doors, all from their contracts. */
export function doorsController<Input extends TypedInput>(
  doors: readonly BoundDoor<Input>[],
  desk: DoorDesk<Input>,
): Type {
  class Doors {}
  for (const bound of doors) {
    const { door } = bound;
    const path = door.http.path.replace(/\{(\w+)\}/g, ':$1');
    const overHttp = async (request: Request): Promise<unknown> => {
      const answer = await desk.open(bound, knockOf(request));
      return answer instanceof WrittenAnswer ? answer.overHttp() : answer;
    };
    const name = `${door.kind} ${door.name}`;
    addMethod(Doors, name, overHttp, [
      door.http.method === 'GET' ? Get(path) : Post(path),
      HttpCode(200),
      Header('content-type', jsonType),
    ]);
    Req()(Doors.prototype, name, 0);
    const overNats = async (request: BusRequest): Promise<unknown> => {
      const answer = await desk.open(bound, {
        request: request.bytes.length === 0 ? {} : readJson(request.bytes, doorSubject(door)),
        token: request.token,
        idempotencyKey: request.idempotencyKey,
      });
      return answer instanceof WrittenAnswer ? answer.toBytes() : answer;
    };
    addMethod(Doors, `${name} over NATS`, overNats, [MessagePattern(doorSubject(door))]);
  }
  Controller()(Doors);
  return Doors;
}

function knockOf(request: Request): { request: unknown; token: string | null; idempotencyKey: string | null } {
  const given = request.method === 'GET' ? request.query : ((request.body as object | undefined) ?? {});
  const authorization = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '');
  const key = request.headers['idempotency-key'];
  return {
    request: { ...given, ...request.params },
    token: authorization?.[1] ?? null,
    idempotencyKey: typeof key === 'string' && key.length <= 200 ? key : null,
  };
}
