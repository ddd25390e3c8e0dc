import { AppError, subjectToken } from '@millrace/kernel';
import { readFile } from 'node:fs/promises';
import { AckPolicy, connect, DeliverPolicy, nanos, type Consumer, type JsMsg, type NatsConnection } from 'nats';
import type { Config } from './config';
import type { Report } from './test-build';

const stream = 'MILLRACE_SCHEDULER';
const subject = 'millrace.scheduler.build.finished.v1.>';
const inlet = 'millrace.inlet.result.reported.v1';
const ackWaitMs = 60_000;
/** Builds that wait in this process for their turn; the others wait in the stream. */
const mostAtHand = 64;

/** Connects as any guest does. Reconnects by itself for ever afterwards. */
export async function connectGuest(config: Config): Promise<NatsConnection> {
  const pass = config.passwordFile ? (await readFile(config.passwordFile, 'utf8')).trim() : undefined;
  return connect({
    servers: config.nats,
    name: config.name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    ...(config.user === undefined ? {} : { user: config.user }),
    ...(pass === undefined ? {} : { pass }),
  }).catch((cause: Error) => {
    throw new AppError({
      code: 'bus-unreachable',
      kind: 'unavailable',
      message: `no connection to NATS at ${config.nats}: ${cause.message}`,
      remedy: 'start it (`millrace up` does), or look at the address, the user and the password file',
      cause,
    });
  });
}

/** Publishes a report into the inlet, where every CI system may publish. Equal reports have equal message ids. */
export async function publish(nats: NatsConnection, source: string, report: Report): Promise<void> {
  const { id, build, at, message } = report;
  const envelope = {
    specversion: '1.0',
    id,
    source,
    type: inlet,
    time: at,
    subject: build.nvr,
    datacontenttype: 'application/json',
    release: build.release,
    data: message,
  };
  const to = `${inlet}.${subjectToken(build.release)}.${subjectToken(build.component.type)}`;
  await nats.jetstream({ timeout: 10_000 }).publish(to, JSON.stringify(envelope), { msgID: `${source}/${id}` });
}

export interface Listening {
  /** Stops taking messages, and waits for those at hand. */
  stop(): Promise<void>;
}

export interface Hearing {
  handle(message: JsMsg): Promise<void>;
  trouble(thrown: unknown): void;
}

/**
 * Gives every finished build to `handle`, which acks, naks or terminates it. The durable consumer is made again when the
 * server forgot it, and then reads from the start.
 */
export function listen(nats: NatsConnection, durable: string, { handle, trouble }: Hearing): Listening {
  const atHand = new Set<Promise<void>>();
  let stopped = false;
  const loop = (async () => {
    let consumer: Consumer | null = null;
    while (!stopped) {
      try {
        consumer ??= await ensureConsumer(nats, durable);
        const message: JsMsg | null = await consumer.next({ expires: 2000 });
        if (message) begin(message);
        else if (!(await consumer.info().catch(() => null))) consumer = null;
        while (atHand.size >= mostAtHand) await Promise.race(atHand);
      } catch (thrown) {
        if (stopped) return;
        trouble(thrown);
        consumer = null;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  })();
  function begin(message: JsMsg): void {
    const beat = setInterval(() => message.working(), ackWaitMs / 3);
    const done: Promise<void> = handle(message)
      .catch(trouble)
      .finally(() => {
        clearInterval(beat);
        atHand.delete(done);
      });
    atHand.add(done);
  }
  return {
    async stop() {
      stopped = true;
      await loop;
      await Promise.all(atHand);
    },
  };
}

async function ensureConsumer(nats: NatsConnection, durable: string): Promise<Consumer> {
  const manager = await nats.jetstreamManager({ checkAPI: false });
  await manager.consumers.add(stream, {
    durable_name: durable,
    filter_subject: subject,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ackWaitMs),
    deliver_policy: DeliverPolicy.All,
    max_ack_pending: mostAtHand,
  });
  return nats.jetstream().consumers.get(stream, durable);
}
