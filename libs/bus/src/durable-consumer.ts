import { eventFilter, streamName, type EventName } from '@millrace/contracts';
import { subjectToken } from '@millrace/kernel';
import { AckPolicy, ConsumerEvents, DeliverPolicy, nanos, type ConsumerMessages, type JsMsg } from 'nats';
import { givenTo, type Given } from './given';
import type { BusConnection } from './connect';
import { ensureStream, isNotFound } from './streams';
import { within } from './within';

export interface ConsumerLog {
  /** The consumer or its stream was gone and has been made again. */
  restored(consumer: string): void;
  failed(consumer: string, thrown: unknown): void;
}

/** The name of a service's durable consumer of one event. */
export function consumerName(app: string, event: EventName): string {
  return subjectToken(`${app}__${event.owner}-${event.entity}-${event.happened}-v${event.version}`);
}

/**
 * One durable consumer, kept alive: when the server forgot it or its stream, both are made again and read from the
 * start; the inbox drops what was seen. Messages are handled side by side; `handle` acks, naks or terminates each.
 */
export class DurableConsumer {
  private messages: ConsumerMessages | null = null;
  private readonly handling = new Set<Promise<void>>();
  private stopped = false;
  private loop: Promise<void> = Promise.resolve();
  private wake: () => void = () => undefined;
  readonly name: string;

  constructor(
    private readonly bus: BusConnection,
    app: string,
    private readonly event: EventName,
    private readonly handle: (message: JsMsg) => Promise<void>,
    private readonly log: ConsumerLog,
    /** After so long without a word the server gives a message to somebody else. */
    private readonly ackWaitMs = 30_000,
  ) {
    this.name = consumerName(app, event);
  }

  async start(): Promise<void> {
    await this.ensure();
    this.loop = this.run();
  }

  /** The sequence of the newest message of its stream. */
  async newest(): Promise<number> {
    return (await this.bus.manager.streams.info(streamName(this.event.owner))).state.last_seq;
  }

  /** Has every message for it up to this sequence been read and answered? */
  async caughtUp(upTo: number): Promise<boolean> {
    const info = await this.bus.manager.consumers.info(streamName(this.event.owner), this.name);
    return info.ack_floor.stream_seq >= upTo || (info.num_pending === 0 && info.num_ack_pending === 0);
  }

  /** How many messages wait in the stream; for metrics. */
  async lag(): Promise<number> {
    return (await this.bus.manager.consumers.info(streamName(this.event.owner), this.name)).num_pending;
  }

  /** What it was given before, and has answered. */
  given(): Promise<Given> {
    return givenTo(this.bus.manager, this.event, this.name);
  }

  /** The server forgets how far it has read: made again, it reads from the start. */
  async forget(): Promise<void> {
    try {
      await this.bus.manager.consumers.delete(streamName(this.event.owner), this.name);
    } catch (thrown) {
      if (!isNotFound(thrown)) throw thrown;
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    void this.messages?.close();
    // A question to a server that is away is not waited for; what is being handled is.
    await within(2000, this.loop);
    await Promise.allSettled(this.handling);
  }

  private async ensure(): Promise<void> {
    const { manager } = this.bus;
    const stream = streamName(this.event.owner);
    await ensureStream(manager, this.event.owner);
    await manager.consumers.add(stream, {
      durable_name: this.name,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(this.ackWaitMs),
      deliver_policy: DeliverPolicy.All,
      filter_subject: eventFilter(this.event),
      max_ack_pending: 256,
      max_deliver: -1,
    });
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.consume();
      } catch (thrown) {
        if (!this.stopped) this.log.failed(this.name, thrown);
      }
      await this.pause(300);
      if (!this.stopped) await this.restore();
    }
  }

  private async pause(ms: number): Promise<void> {
    if (this.stopped) return;
    let timer: NodeJS.Timeout;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      timer = setTimeout(resolve, ms);
    }).finally(() => clearTimeout(timer));
  }

  private async restore(): Promise<void> {
    try {
      await this.ensure();
      this.log.restored(this.name);
    } catch (thrown) {
      if (!this.stopped) this.log.failed(this.name, thrown);
    }
  }

  private async consume(): Promise<void> {
    const js = this.bus.nats.jetstream({ timeout: 5000 });
    const consumer = await js.consumers.get(streamName(this.event.owner), this.name);
    const messages = await consumer.consume({ max_messages: 100, idle_heartbeat: 2000, expires: 20_000 });
    this.messages = messages;
    // Not waited for: it is closed by the iteration itself.
    if (this.stopped) void messages.close();
    void this.watch(messages);
    for await (const message of messages) {
      const handled: Promise<void> = this.keepAlive(message)
        .catch((thrown: unknown) => this.log.failed(this.name, thrown))
        .finally(() => this.handling.delete(handled));
      this.handling.add(handled);
    }
  }

  /** Long handlers say `working` before the server thinks that they died. */
  private async keepAlive(message: JsMsg): Promise<void> {
    // What came and was not begun is given back at once, not after its ack wait.
    if (this.stopped) return message.nak();
    const timer = setInterval(() => {
      if (!this.bus.nats.isClosed()) message.working();
    }, this.ackWaitMs / 2);
    try {
      await this.handle(message);
    } finally {
      clearInterval(timer);
    }
  }

  /** Ends the iteration when the consumer is gone, so that it is made again. */
  private async watch(messages: ConsumerMessages): Promise<void> {
    for await (const status of await messages.status()) {
      const gone = status.type === ConsumerEvents.ConsumerDeleted || status.type === ConsumerEvents.ConsumerNotFound;
      const streamGone = status.type === ConsumerEvents.StreamNotFound;
      const silent = status.type === ConsumerEvents.HeartbeatsMissed && !(await this.alive());
      if (gone || streamGone || silent) void messages.close();
    }
  }

  private async alive(): Promise<boolean> {
    if (this.bus.nats.isClosed()) return true;
    try {
      await this.bus.manager.consumers.info(streamName(this.event.owner), this.name);
      return true;
    } catch (thrown) {
      // No answer at all says nothing about the consumer: the connection is being made again.
      return !isNotFound(thrown);
    }
  }
}
