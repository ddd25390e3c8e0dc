import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFakeBroker } from '@millrace/messages/fake';
import { startService } from '@millrace/service';
import { eventually, freePort, startTestNats } from '@millrace/testing';
import { create_container, type EventContext, type Sender } from 'rhea';
import { definition } from '../wiring';

interface Told {
  readonly topic: string;
  readonly body: Record<string, unknown>;
}
const fixture = (path: string): unknown => JSON.parse(readFileSync(join(__dirname, path), 'utf8'));

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

it('takes CI messages of fedora-messaging and UMB, and news of another ResultsDB, each once', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-sources-'));
  const [nats, broker] = [await startTestNats(), await startFakeBroker()];
  closers.push(
    () => rm(dir, { recursive: true }),
    () => nats.stop(),
    () => broker.close(),
  );
  const container = create_container();
  const senders: Sender[] = [];
  let accepted = 0;
  container.on('sender_open', (context: EventContext) => void senders.push(context.sender!));
  container.on('accepted', () => void accepted++);
  const umb: Server = container.listen({ port: 0, host: '127.0.0.1' });
  await new Promise((ready) => umb.once('listening', ready));
  closers.push(() => umb.close());
  await writeFile(join(dir, 'umb-url'), `amqp://127.0.0.1:${(umb.address() as AddressInfo).port}\n`);
  const message_sources = {
    fedora: { kind: 'fedora-messaging', url: broker.url, topic_prefix: 'org' },
    umb: { kind: 'umb', url_file: join(dir, 'umb-url'), addresses: ['Consumer.millrace.ci.VirtualTopic.eng.ci.>'] },
  };
  const namespaces = [{ namespaces: ['osci*'], publishers: ['osci-pipelines'] }];
  await writeFile(join(dir, 'millrace.yaml'), JSON.stringify({ 'ci-bridge': { message_sources, namespaces } }));
  const service = await startService(definition, {
    MILLRACE_CONFIG: join(dir, 'millrace.yaml'),
    MILLRACE_DATA: dir,
    MILLRACE_NATS_URL: nats.url,
    MILLRACE_PORT: String(await freePort()),
    MILLRACE_LOG_LEVEL: 'error',
  });
  closers.push(() => service.stop());
  const get = async <Body>(path: string): Promise<Body> =>
    (await (await fetch(`http://127.0.0.1:${service.port}${path}`)).json()) as Body;
  const results = async () =>
    (await get<{ data: { data: Record<string, string[]> }[] }>('/resultsdb/api/v2.0/results')).data;

  await eventually(() => broker.consumers() === 1 && senders.length === 1, 'both are connected');
  const fedora = fixture('ci-message/fixtures/koji-build-complete.json') as Told;
  broker.publish({ topic: fedora.topic, id: 'one', body: JSON.stringify(fedora.body) });
  broker.publish({ topic: fedora.topic, id: 'two', body: JSON.stringify(fedora.body) });
  broker.publish({
    topic: 'org.x.prod.resultsdb.result.new',
    id: 'r',
    body: JSON.stringify(fixture('resultsdb/fixtures/result.json')),
  });
  broker.publish({ topic: fedora.topic, id: 'bad', body: JSON.stringify({ ...fedora.body, test: {} }) });
  broker.publish({ topic: fedora.topic, id: 'broken', body: 'no json' });
  const { topic, body } = fixture('ci-message/fixtures/brew-build-0.2.json') as Told;
  const tell = (user: string): unknown =>
    senders[0]!.send({
      to: `topic://${topic}`,
      message_id: user,
      application_properties: { JMSXUserID: user },
      body: JSON.stringify(body),
    });
  tell('somebody-else');
  tell('osci-pipelines');
  await eventually(
    () => broker.settled.acked.length === 4 && broker.settled.dropped.length === 1 && accepted === 2,
    'all is acknowledged',
  );
  const items = (await results()).map(({ data }) => data['item']![0]).sort();
  expect(items).toEqual(['libstone-2.0-1.el9', 'libstone-2.0-1.fc45', 'libstone-2.0-1.fc45']);
  const { deadLetters } = await get<{ deadLetters: { origin: string; reason: string }[] }>('/api/v1/dead-letters');
  expect(deadLetters.map(({ origin }) => origin).sort()).toEqual(['bus/fedora', 'bus/fedora', 'bus/umb']);
  expect(deadLetters.find(({ origin }) => origin === 'bus/umb')!.reason).toContain("'somebody-else' may not report");
  const metrics = await (await fetch(`http://127.0.0.1:${service.port}/metrics`)).text();
  expect(metrics).toMatch(/millrace_source_connected\{[^}]*source="fedora"[^}]*\} 1/);
  expect(metrics).toMatch(/millrace_source_lag_seconds\{[^}]*source="bus\/umb"/);
});
