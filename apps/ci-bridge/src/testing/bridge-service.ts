import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus, ensureStream, type BusConnection } from '@millrace/bus';
import { eventSubject, eventType, type Envelope, type EventContract } from '@millrace/contracts';
import { sha256 } from '@millrace/kernel';
import { startService, type RunningService } from '@millrace/service';
import { freePort, startTestNats, type TestNats } from '@millrace/testing';
import { stringify } from 'yaml';
import { definition } from '../wiring';

export interface Answered<Body> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

/** A bridge with a bus of its own, and tokens: `mr_ada` (maintainer), `mr_bea` (maintainer), `mr_rob` (read). */
export class BridgeService {
  private published = 0;

  private constructor(
    readonly dir: string,
    private readonly nats: TestNats,
    readonly bus: BusConnection,
    private service: RunningService,
    private readonly env: Record<string, string>,
  ) {}

  /** `files`: by path within the bridge's folder; `settings`: its section of millrace.yaml, `DIR` stands for the folder. */
  static async start(
    settings: Readonly<Record<string, unknown>> = {},
    files: Readonly<Record<string, string>> = {},
  ): Promise<BridgeService> {
    const dir = await mkdtemp(join(tmpdir(), 'millrace-bridge-'));
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(dir, path, '..'), { recursive: true });
      await writeFile(join(dir, path), content);
    }
    await mkdir(join(dir, 'secrets'), { recursive: true });
    const token = (name: string, role: string) => ({
      ...{ name, role, created_at: '', revoked_at: null },
      sha256: sha256(`mr_${name}`),
    });
    const tokens = [token('ada', 'maintainer'), token('bea', 'maintainer'), token('rob', 'read')];
    await writeFile(join(dir, 'secrets', 'tokens.json'), JSON.stringify({ tokens }));
    const text = stringify({ 'ci-bridge': settings }).replaceAll('DIR', dir);
    await writeFile(join(dir, 'millrace.yaml'), text);
    const nats = await startTestNats();
    const bus = await connectBus({ servers: [nats.url], name: 'test' });
    await ensureStream(bus.manager, 'scheduler');
    await ensureStream(bus.manager, 'inlet');
    const env = {
      MILLRACE_CONFIG: join(dir, 'millrace.yaml'),
      MILLRACE_DATA: dir,
      MILLRACE_NATS_URL: nats.url,
      MILLRACE_PORT: String(await freePort()),
      MILLRACE_LOG_LEVEL: 'error',
    };
    try {
      return new BridgeService(dir, nats, bus, await startService(definition, env), env);
    } catch (thrown) {
      await bus.nats.close();
      await nats.stop();
      await rm(dir, { recursive: true });
      throw thrown;
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.service.port}`;
  }

  async restart(): Promise<void> {
    await this.service.stop();
    this.service = await startService(definition, this.env);
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.bus.nats.close();
    await this.nats.stop();
    await rm(this.dir, { recursive: true });
  }

  get<Body>(path: string): Promise<Answered<Body>> {
    return this.send('GET', path);
  }

  post<Body>(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answered<Body>> {
    return this.send('POST', path, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
  }

  async send<Body>(
    method: string,
    path: string,
    body?: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered<Body>> {
    const response = await fetch(this.url + path, {
      method,
      headers,
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, body: (isJson ? JSON.parse(text) : text) as Body, headers: response.headers };
  }

  /** Posts a result through ResultsDB's API; answers its id. */
  async result(
    testcase: string,
    outcome: string,
    data: Readonly<Record<string, unknown>>,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<{ readonly id: number; readonly submit_time: string }> {
    const posted = { testcase, outcome, data, ...more };
    const { status, body } = await this.post<{ id: number; submit_time: string }>(
      '/resultsdb/api/v2.0/results',
      posted,
    );
    if (status !== 201) throw new Error(`a result was refused: ${JSON.stringify(body)}`);
    return body;
  }

  /** Says an event on the bus, as its owner would. */
  async say<Data>(contract: EventContract<Data>, data: Data, release: string): Promise<void> {
    const envelope: Envelope = {
      specversion: '1.0',
      id: `said-${++this.published}`,
      source: contract.owner,
      type: eventType(contract),
      time: new Date().toISOString(),
      subject: 'test',
      release,
      revision: this.published,
      data,
    };
    await this.bus.nats.jetstream().publish(eventSubject(contract, release, 'rpm'), JSON.stringify(envelope));
  }

  /** The data of events of ours, oldest first. */
  async said<Data>(contract: EventContract<Data>): Promise<readonly Data[]> {
    const info = await this.bus.manager.streams.info('MILLRACE_CI_BRIDGE');
    const found: Data[] = [];
    for (let seq = info.state.first_seq; seq <= info.state.last_seq; seq++) {
      const stored = await this.bus.manager.streams.getMessage('MILLRACE_CI_BRIDGE', { seq });
      if (!stored.subject.startsWith(`${eventType(contract)}.`)) continue;
      found.push(contract.data.parse(stored.json<Envelope>().data) as Data);
    }
    return found;
  }
}
