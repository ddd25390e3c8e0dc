import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, rabbitProgram, startTestRabbit, type TestRabbit } from '@millrace/testing';
import { connect } from 'amqplib';
import { describeReceiver } from './receiver.suite';
import { rabbitForFedora, rabbitForUmb } from './rabbit-world';
import { receive } from './receiver';
import type { ForeignMessage } from './schema';
import type { ReceiverSettings } from './settings';

/** Where RabbitMQ cannot be had (`npm test` installs it where it can) these say that they were skipped. */
const describeRabbit = rabbitProgram === undefined ? describe.skip : describe;

describeRabbit('RabbitMQ', () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-certificates-'));
  const tls = { ca_file: join(dir, 'ca.pem'), cert_file: join(dir, 'client.pem'), key_file: join(dir, 'client.key') };
  let rabbit: TestRabbit;
  beforeAll(async () => {
    certify(dir, 'ca');
    for (const name of ['localhost', 'client']) certify(dir, name, 'ca');
    const pem = (name: string): string => join(dir, name);
    rabbit = await startTestRabbit({ ca: pem('ca.pem'), cert: pem('localhost.pem'), key: pem('localhost.key') });
  }, 120_000);
  afterAll(async () => {
    await rabbit.stop();
    rmSync(dir, { recursive: true });
  });

  describeReceiver('RabbitMQ over AMQP 0-9-1', () => rabbitForFedora(rabbit.url));
  describeReceiver('RabbitMQ over AMQP 1.0', () => rabbitForUmb(rabbit.url));

  const secure = (files: { readonly ca_file: string } = tls): readonly ReceiverSettings[] => [
    { kind: 'fedora-messaging', url: rabbit.secureUrl!, exchange: 'amq.topic', topic_prefix: 'org.ci', ...files },
    { kind: 'umb', url: rabbit.secureUrl!, addresses: ['/topic/org.ci.#'], ...files },
  ];

  it('lets a receiver in by its certificate, and says who published what', async () => {
    const heard: string[] = [];
    const receivers = secure().map((settings) => receive(settings, hear));
    function hear({ publisher, topic }: ForeignMessage): Promise<void> {
      return Promise.resolve(void heard.push(`${publisher} ${topic}`));
    }
    await eventually(() => receivers.every((receiver) => receiver.problem() === null), 'both are let in');
    const connection = await connect(rabbit.url);
    const channel = await connection.createConfirmChannel();
    const properties = { messageId: 'm', userId: 'guest' };
    await eventually(async () => {
      channel.publish('amq.topic', 'org.ci.done', Buffer.from('{}'), properties);
      await channel.waitForConfirms();
      return heard.length >= 2;
    }, 'both have heard');
    expect(new Set(heard)).toEqual(new Set(['guest org.ci.done']));
    await connection.close();
    await Promise.all(receivers.map((receiver) => receiver.stop()));
  });

  it('makes its queue anew when somebody has deleted it', async () => {
    const settings = {
      kind: 'fedora-messaging',
      url: rabbit.url,
      exchange: 'amq.topic',
      topic_prefix: 'org.ci',
    } as const;
    const heard: string[] = [];
    const receiver = receive({ ...settings, queue: 'deleted' }, ({ id }) => Promise.resolve(void heard.push(id)));
    await eventually(() => receiver.problem() === null, 'a connection');
    const connection = await connect(rabbit.url);
    const channel = await connection.createConfirmChannel();
    await channel.deleteQueue('deleted');
    await eventually(() => receiver.problem() === 'the queue was taken away', 'the loss');
    await eventually(() => receiver.problem() === null, 'the connection anew');
    channel.publish('amq.topic', 'org.ci.done', Buffer.from('{}'), { messageId: 'after' });
    await channel.waitForConfirms();
    await eventually(() => heard.length === 1, 'the message after');
    await connection.close();
    await receiver.stop();
  });

  it('says what is not there', async () => {
    const missing: readonly ReceiverSettings[] = [
      { kind: 'fedora-messaging', url: rabbit.url, exchange: 'nowhere', topic_prefix: 'org.ci' },
      { kind: 'umb', url: rabbit.url, addresses: ['/amq/queue/nowhere'] },
    ];
    for (const settings of missing) {
      const receiver = receive(settings, () => Promise.resolve());
      await eventually(() => receiver.problem()?.includes('nowhere') === true, `${settings.kind} names it`);
      await receiver.stop();
    }
  });

  it('says why it does not let in one without', async () => {
    for (const settings of secure({ ca_file: tls.ca_file })) {
      const receiver = receive(settings, () => Promise.resolve());
      await eventually(() => receiver.problem() !== 'not connected yet', 'a refusal');
      expect(receiver.problem()).not.toBeNull();
      await receiver.stop();
    }
  });
});

/** A key and a certificate, `NAME.key` and `NAME.pem`; without `by` one that signs others. */
function certify(dir: string, name: string, by?: string): void {
  const files = ['-keyout', join(dir, `${name}.key`), '-out', join(dir, `${name}.pem`)];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const signed = by === undefined ? [] : ['-CA', join(dir, `${by}.pem`), '-CAkey', join(dir, `${by}.key`)];
  const extensions = by === undefined ? [] : ['-addext', `subjectAltName=DNS:${name}`];
  const subject = ['-subj', `/CN=${name}`, ...extensions];
  // Without a configuration of its own openssl makes of each one that may sign others, which Erlang takes for none of a client.
  const config = join(dir, 'openssl.cnf');
  writeFileSync(config, '[req]\ndistinguished_name=name\nx509_extensions=more\n[name]\n[more]\n');
  const may = by === undefined ? ['-addext', 'basicConstraints=critical,CA:TRUE'] : [];
  execFileSync('openssl', ['req', '-config', config, '-x509', ...kind, ...files, ...subject, ...may, ...signed], {
    stdio: 'ignore',
  });
}
