import { events, type EventName, type App } from '@millrace/contracts';
import { toAppError, type AppError, type FaultKind } from '@millrace/kernel';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { headers, type JsMsg, type Service, type ServiceMsg } from 'nats';
import { isObservable, lastValueFrom } from 'rxjs';
import { maxInlineBytes, objectHeader, putAnswer } from './big-answers';
import type { BusConnection } from './connect';
import { DurableConsumer, type ConsumerLog } from './durable-consumer';
import { readAgainWhenSetBack, type Remembering } from './set-back';
import { within } from './within';

/** What a Nest event handler gets. Its promise settles after the commit; only then is the message acked. */
export interface BusMessage {
  readonly subject: string;
  readonly bytes: Uint8Array;
  /** 1 for the first delivery. */
  readonly attempt: number;
}

/** What a Nest handler of a question or command gets. */
export interface BusRequest {
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly token: string | null;
  readonly idempotencyKey: string | null;
}

export interface DeadMessage extends BusMessage {
  readonly stream: string;
  readonly sequence: number;
  readonly reason: string;
  readonly remedy: string;
}

export interface JetStreamServerOptions extends Remembering {
  readonly app: App;
  readonly version: string;
  readonly bus: BusConnection;
  /** Keeps a message that cannot be handled; it is terminated after this has committed. */
  readonly bury: (message: DeadMessage) => Promise<void>;
  readonly log: Remembering['log'] &
    ConsumerLog & {
      retry(subject: string, attempt: number, fault: AppError): void;
    };
}

/** Tries before a message is buried, by the kind of its fault; unavailable things are waited for, about a day. */
const tries: Readonly<Record<FaultKind, number>> = {
  invalid: 1,
  missing: 1,
  forbidden: 1,
  bug: 5,
  conflict: 20,
  unavailable: 1500,
};

/**
 * Nest's transport over JetStream: `@EventPattern(<event type>)` becomes a durable consumer with an explicit ack after
 * the handler, `@MessagePattern(<door subject>)` an endpoint of a NATS service, to be seen with `nats micro`.
 */
export class JetStreamServer extends Server implements CustomTransportStrategy {
  private consumers: DurableConsumer[] = [];
  private service: Service | null = null;
  private closed = false;
  private readonly answering = new Set<Promise<void>>();

  constructor(private readonly options: JetStreamServerOptions) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    this.begin().then(() => callback(), callback);
  }

  /** Every event that waited in the streams when this was called has been handled; or this transport was closed. */
  async caughtUp(): Promise<void> {
    await Promise.all(
      this.consumers.map(async (consumer) => {
        let upTo: number | null = null;
        while (!this.closed) {
          upTo ??= await consumer.newest().catch(() => null);
          if (upTo !== null && (await consumer.caughtUp(upTo).catch(() => false))) return;
          await new Promise((resolve) => setTimeout(resolve, 250));
        }
      }),
    );
  }

  /** Messages that wait, per consumer; without those that the server says nothing of. */
  async lags(): Promise<ReadonlyMap<string, number>> {
    const lags = await Promise.all(this.consumers.map((consumer) => consumer.lag().catch(() => null)));
    const known = this.consumers.flatMap(({ name }, n) => (lags[n] === null ? [] : [[name, lags[n]!] as const]));
    return new Map(known);
  }

  /** Takes nothing new, and waits for what is being handled. A server that is away is not waited for. */
  override async close(): Promise<void> {
    this.closed = true;
    if (this.service && !this.service.isStopped) await within(2000, this.service.stop());
    await Promise.all(this.consumers.map((consumer) => consumer.stop()));
    await Promise.all(this.answering);
    this.consumers = [];
  }

  override on(): never {
    throw new Error('the connection reports through its own status');
  }

  override unwrap<T>(): T {
    return this.options.bus.nats as T;
  }

  private async begin(): Promise<void> {
    const { app, version, bus } = this.options;
    this.service = await bus.nats.services.add({ name: app, version, description: `Millrace ${app}` });
    for (const [pattern, handler] of this.messageHandlers) {
      if (handler.isEventHandler) this.consumers.push(this.consumer(pattern, handler));
      else this.endpoint(pattern, handler);
    }
    await readAgainWhenSetBack(this.consumers, this.options);
    for (const consumer of this.consumers) await consumer.start();
  }

  private endpoint(subject: string, handler: MessageHandler): void {
    const name = subject.split('.')[3]!;
    this.service!.addEndpoint(name, {
      subject,
      handler: (error, message) => {
        if (error) return;
        const answered: Promise<void> = this.answer(message, handler)
          // Whoever asked hears nothing, and asks again.
          .catch((thrown: unknown) => this.options.log.failed(subject, thrown))
          .finally(() => this.answering.delete(answered));
        this.answering.add(answered);
      },
    });
  }

  private async answer(message: ServiceMsg, handler: MessageHandler): Promise<void> {
    const request: BusRequest = {
      subject: message.subject,
      bytes: message.data,
      token: message.headers?.get('Millrace-Token') || null,
      idempotencyKey: message.headers?.get('Idempotency-Key') || null,
    };
    try {
      const reply = await settled(handler, request);
      const bytes = reply instanceof Uint8Array ? reply : Buffer.from(JSON.stringify(reply ?? null));
      if (bytes.length <= maxInlineBytes) {
        message.respond(bytes);
        return;
      }
      const named = headers();
      named.set(objectHeader, await putAnswer(this.options.bus.nats, bytes));
      message.respond(new Uint8Array(0), { headers: named });
    } catch (thrown) {
      const { code, kind, message: detail, remedy } = toAppError(thrown);
      message.respondError(
        statusOf(kind),
        detail.slice(0, 200).replace(/[\r\n]+/g, ' '),
        Buffer.from(JSON.stringify({ code, kind, detail, remedy })),
      );
    }
  }

  private consumer(type: string, handler: MessageHandler): DurableConsumer {
    const event: EventName | undefined = events.get(type);
    if (!event) throw new Error(`no contract has the event type ${type}`);
    const { bus, app, log } = this.options;
    return new DurableConsumer(bus, app, event, (message) => this.deliver(message, handler), log);
  }

  private async deliver(message: JsMsg, handler: MessageHandler): Promise<void> {
    const attempt = message.info.deliveryCount;
    const given: BusMessage = { subject: message.subject, bytes: message.data, attempt };
    try {
      await settled(handler, given);
      message.ack();
    } catch (thrown) {
      await this.fail(message, given, toAppError(thrown));
    }
  }

  private async fail(message: JsMsg, given: BusMessage, fault: AppError): Promise<void> {
    if (given.attempt < tries[fault.kind]) {
      this.options.log.retry(given.subject, given.attempt, fault);
      message.nak(retryDelayMs(given.attempt));
      return;
    }
    try {
      const { stream, streamSequence } = message.info;
      const remedy = fault.remedy ?? 'mend the cause, then replay it';
      await this.options.bury({ ...given, stream, sequence: streamSequence, reason: fault.message, remedy });
      message.term();
    } catch (unburied) {
      this.options.log.failed(given.subject, unburied);
      message.nak(retryDelayMs(given.attempt));
    }
  }
}

async function settled(handler: MessageHandler, argument: unknown): Promise<unknown> {
  const result: unknown = await handler(argument, argument);
  // Nest may answer with an observable that fails: it must be waited for before the ack.
  return isObservable(result) ? await lastValueFrom(result, { defaultValue: undefined }) : result;
}

/** 0.5 s, doubling, at most a minute: a plain nak would come back at once. */
function retryDelayMs(attempt: number): number {
  return Math.min(60_000, 500 * 2 ** Math.max(0, attempt - 1));
}

export function statusOf(kind: FaultKind): number {
  return { invalid: 422, missing: 404, conflict: 409, forbidden: 403, unavailable: 503, bug: 500 }[kind];
}
