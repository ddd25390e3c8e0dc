import {
  eventSubject,
  eventType,
  streamName,
  verdictDecided,
  verdictWanted,
  type Envelope,
  type EventData,
} from '@millrace/contracts';
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type ConsumerMessages, type NatsConnection } from 'nats';
import { killChild, nextMessage } from './child-process';
import type { Ask, Explained, Report } from './measured';
import type { Shape } from './web';

/** The scheduler's process. */
export class Subject {
  private child: ChildProcess | null = null;

  constructor(
    private readonly shape: Shape & { readonly capacity: number; readonly ledger?: string },
    private readonly data: string,
    private readonly natsUrl: string,
    private readonly database: string | null,
  ) {}

  /** Starts it; answers after how many seconds it was ready. */
  async start(): Promise<number> {
    const from = performance.now();
    const env = {
      ...process.env,
      MILLRACE_DATA: this.data,
      MILLRACE_NATS_URL: this.natsUrl,
      MILLRACE_SCHEDULER_PORT: '0',
      MILLRACE_LOG_LEVEL: 'error',
      ...(this.database ? { MILLRACE_SCHEDULER_DATABASE: this.database } : {}),
    };
    this.child = fork(join(__dirname, 'measured.js'), [JSON.stringify(this.shape)], { env });
    await nextMessage(this.child!, 'ready');
    return (performance.now() - from) / 1000;
  }

  tell(ask: Ask): void {
    this.child!.send(ask);
  }

  async report(forget = false): Promise<Report> {
    const answer = nextMessage(this.child!, 'report');
    this.tell({ kind: 'report', forget });
    return ((await answer) as { report: Report }).report;
  }

  async explain(): Promise<Explained> {
    const answer = nextMessage(this.child!, 'explained');
    this.tell({ kind: 'explain' });
    return ((await answer) as { explained: Explained }).explained;
  }

  /** Asks until it is as wanted; answers the seconds that it took, and the last report. */
  async until(isThere: (report: Report) => boolean, what: string, seconds = 120): Promise<[number, Report]> {
    const from = performance.now();
    for (;;) {
      const report = await this.report();
      if (isThere(report)) return [(performance.now() - from) / 1000, report];
      if (performance.now() - from > seconds * 1000) throw new Error(`${what}: not within ${seconds} s`);
      await sleep(25);
    }
  }

  async kill(): Promise<void> {
    await killChild(this.child!);
  }
}

/**
 * The gate: says `passed` for every build, over the bus, as the ci-bridge does. It reads the questions from their
 * stream, and says again what it has said when the server comes back: the server may have forgotten it.
 */
export class Gate {
  private readonly answers: { readonly subject: string; readonly text: string }[] = [];
  private readonly asked = new Set<string>();
  private said = 0;
  private closed = false;
  private messages: ConsumerMessages | null = null;

  private constructor(private readonly nats: NatsConnection) {}

  static async open(url: string): Promise<Gate> {
    const options = { servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 100, waitOnFirstConnect: true };
    const gate = new Gate(await connect(options));
    void gate.run();
    void gate.sayAgain();
    return gate;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.messages?.close();
    await this.nats.close();
  }

  private async run(): Promise<void> {
    while (!this.closed) {
      try {
        const filterSubjects = `${eventType(verdictWanted)}.>`;
        const consumer = await this.nats.jetstream().consumers.get(streamName('scheduler'), { filterSubjects });
        this.messages = await consumer.consume({ idle_heartbeat: 1000, expires: 5000 });
        for await (const message of this.messages) {
          this.answer(message.json<Wanted>());
        }
      } catch {
        await sleep(200);
      }
    }
  }

  private async sayAgain(): Promise<void> {
    for await (const status of this.nats.status()) {
      if (String(status.type) !== 'reconnect') continue;
      await sleep(500);
      for (const { subject, text } of this.answers) void this.publish(subject, text);
    }
  }

  private answer({ id, data }: Wanted): void {
    if (this.asked.has(id)) return;
    this.asked.add(id);
    const { subject, release, component, build, product_version, decision_context } = data;
    const answer: Envelope<EventData<typeof verdictDecided>> = {
      specversion: '1.0',
      id: `v-${++this.said}-${build}`,
      source: 'ci-bridge',
      type: eventType(verdictDecided),
      time: new Date().toISOString(),
      subject: subject.id,
      release,
      revision: 1,
      data: {
        subject,
        release,
        component,
        build,
        product_version,
        decision_context,
        decision: 'passed',
        revision: 1,
        state: 'passed',
        reasons: [],
        retry_after: null,
      },
    };
    const said = { subject: eventSubject(verdictDecided, release, 'rpm'), text: JSON.stringify(answer) };
    this.answers.push(said);
    void this.publish(said.subject, said.text);
  }

  /** Until the server has it: while it is away, or has no stream yet, it is tried again. */
  private async publish(subject: string, text: string): Promise<void> {
    while (!this.closed) {
      try {
        await this.nats.jetstream().publish(subject, text);
        return;
      } catch {
        await sleep(200);
      }
    }
  }
}

type Wanted = Envelope<EventData<typeof verdictWanted>>;
