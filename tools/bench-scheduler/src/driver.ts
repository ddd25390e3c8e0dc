import {
  eventSubject,
  eventType,
  verdictDecided,
  verdictWanted,
  type Envelope,
  type EventData,
} from '@millrace/contracts';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from 'nats';
import type { Ask, Report } from './service';
import type { Shape } from './web';

/** The scheduler's process. */
export class Subject {
  private child: ChildProcess | null = null;

  constructor(
    private readonly shape: Shape & { readonly capacity: number },
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
    this.child = fork(join(__dirname, 'service.js'), [JSON.stringify(this.shape)], { env });
    await this.next('ready');
    return (performance.now() - from) / 1000;
  }

  tell(ask: Ask): void {
    this.child!.send(ask);
  }

  async report(forget = false): Promise<Report> {
    const answer = this.next('report');
    this.tell({ kind: 'report', forget });
    return ((await answer) as { report: Report }).report;
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
    const child = this.child!;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  private next(kind: string): Promise<unknown> {
    const child = this.child!;
    return new Promise((resolve, reject) => {
      const failed = (code: number | null): void => reject(new Error(`the scheduler ended with ${code}`));
      child.once('exit', failed);
      const hear = (message: { kind: string }): void => {
        if (message.kind !== kind) return;
        child.off('message', hear);
        child.off('exit', failed);
        resolve(message);
      };
      child.on('message', hear);
    });
  }
}

/** The gate: says `passed` for every build, over the bus, as the ci-bridge does. */
export class Gate {
  private said = 0;

  private constructor(private readonly nats: NatsConnection) {}

  static async open(url: string): Promise<Gate> {
    const gate = new Gate(await connect({ servers: url }));
    void gate.run();
    return gate;
  }

  close(): Promise<void> {
    return this.nats.close();
  }

  private async run(): Promise<void> {
    const js = this.nats.jetstream();
    for await (const message of this.nats.subscribe(`${eventType(verdictWanted)}.>`)) {
      const { data } = message.json<Envelope<EventData<typeof verdictWanted>>>();
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
      js.publish(eventSubject(verdictDecided, release, 'rpm'), JSON.stringify(answer)).catch((fault: unknown) => {
        if (!this.nats.isClosed()) throw fault;
      });
    }
  }
}
