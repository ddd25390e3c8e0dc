import { doorSubject, type Role } from '@millrace/contracts';
import { sha256 } from '@millrace/kernel';
import { startService, type RunningService } from '@millrace/service';
import { startTestNats } from '@millrace/testing';
import { connect, type Msg, type NatsConnection } from 'nats';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definition } from '../wiring';

export interface SchedulerStart {
  /** Whose name is their token, too; left out: `ada`, a releng. */
  readonly people?: Readonly<Record<string, Role>>;
  /** Its section of millrace.yaml. */
  readonly settings?: object;
  /** Texts by name within its folder. */
  readonly files?: Readonly<Record<string, string>>;
  /** Settings by their names in the environment; `DIR` stands for its folder. */
  readonly env?: Readonly<Record<string, string>>;
  /** Other services, played before it starts. */
  readonly play?: (client: NatsConnection) => void;
}

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** The scheduler as it runs: a real nats-server, SQLite in a folder of its own, real HTTP. */
export interface RunningScheduler {
  readonly dir: string;
  readonly url: string;
  readonly client: NatsConnection;
  request(method: string, path: string, body?: unknown, who?: string): Promise<Answered>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startScheduler(start: SchedulerStart = {}): Promise<RunningScheduler> {
  const { people = { ada: 'releng' }, files = {}, settings = {}, env = {}, play } = start;
  const dir = mkdtempSync(join(tmpdir(), 'millrace-scheduler-'));
  const tokens = Object.entries(people).map(([name, role]) => {
    return { name, role, sha256: sha256(name), created_at: '', revoked_at: null };
  });
  // JSON is YAML.
  const written = { ...files, 'tokens.json': JSON.stringify({ tokens }) };
  const config = { 'millrace.yaml': JSON.stringify({ scheduler: settings }).replaceAll('DIR', dir) };
  for (const [name, text] of Object.entries({ ...written, ...config }))
    writeFileSync(join(dir, name), text, { mode: 0o600 });
  const nats = await startTestNats();
  const client = await connect({ servers: nats.url });
  play?.(client);
  const told = Object.entries(env).map(([name, value]) => [name, value.replaceAll('DIR', dir)]);
  const begin = (): Promise<RunningService> =>
    startService(definition, {
      MILLRACE_CONFIG: join(dir, 'millrace.yaml'),
      MILLRACE_DATA: dir,
      MILLRACE_NATS_URL: nats.url,
      MILLRACE_SCHEDULER_PORT: '0',
      MILLRACE_TOKENS_FILE: join(dir, 'tokens.json'),
      MILLRACE_LOG_LEVEL: 'error',
      ...(Object.fromEntries(told) as Record<string, string>),
    });
  const end = async (): Promise<void> => {
    await client.close();
    await nats.stop();
    // What the local builder made cannot be written to.
    execFileSync('chmod', ['-R', 'u+w', dir]);
    rmSync(dir, { recursive: true, force: true });
  };
  let service: RunningService;
  try {
    service = await begin();
  } catch (thrown) {
    await end();
    throw thrown;
  }
  return {
    dir,
    client,
    get url() {
      return `http://127.0.0.1:${service.port}`;
    },
    request: (method, path, body, who = 'ada') => ask(`http://127.0.0.1:${service.port}${path}`, method, body, who),
    restart: async () => {
      await service.stop();
      service = await begin();
    },
    stop: async () => {
      await service.stop();
      await end();
    },
  };
}

/** Plays one door of another service. */
export function answerAs<Question>(
  client: NatsConnection,
  door: Parameters<typeof doorSubject>[0],
  reply: (question: Question) => unknown,
): void {
  const callback = (_: Error | null, message: Msg): void =>
    void message.respond(JSON.stringify(reply(message.json<Question>())));
  client.subscribe(doorSubject(door), { callback });
}

/** The ci-bridge's verdict on what the scheduler asked for: passed. */
export async function passVerdict(client: NatsConnection, wanted: Readonly<Record<string, unknown>>): Promise<void> {
  const { subject, release, component, build, product_version, decision_context } = wanted;
  const data = {
    ...{ subject, release, component, build, product_version, decision_context },
    ...{ decision: 'passed', revision: 1, state: 'passed', reasons: [], retry_after: null },
  };
  const type = 'millrace.ci-bridge.verdict.decided.v1';
  const time = new Date().toISOString();
  const envelope = { specversion: '1.0', id: `verdict-${String(build)}`, source: 'ci-bridge', type, time, data };
  await client.jetstream().publish(`${type}.${String(release)}.rpm`, JSON.stringify(envelope), { msgID: envelope.id });
}

async function ask(url: string, method: string, body: unknown, who: string): Promise<Answered> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${who}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
