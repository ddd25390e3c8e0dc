import { sha256 } from '@millrace/kernel';
import {
  create_container,
  type Connection,
  type Container,
  type ConnectionOptions,
  type EventContext,
  type Message,
} from 'rhea';
import { readMessage } from './schema';
import type { Handle, Link, Unread } from './receiver';
import type { UmbSettings } from './settings';
import { tlsOf } from './tls';

/** By each of these the broker, or the way to it, ends what was opened; one that nobody hears would end the process. */
const endings = [
  ...['disconnected', 'connection_close', 'connection_error', 'session_close', 'session_error'],
  ...['receiver_close', 'receiver_error', 'protocol_error', 'error'],
] as const;

/**
 * AMQP 1.0, as Koji's plug-in protonmsg and Red Hat's UMB speak it: JSON in the body, the type of event in the
 * application properties, the topic in `to`.
 */
export async function receiveUmb(settings: UmbSettings, handle: Handle, unread: Unread): Promise<Link> {
  const container = create_container();
  const connection = container.connect({ ...wayTo(settings), ...loginBy(settings, container) });
  const lost = new Promise<string>((gone) => {
    const say = (context: EventContext): void => gone(wordsOf(context));
    for (const event of endings) connection.on(event, say);
  });
  await opened(connection, lost);
  connection.on('message', (context: EventContext) => void take(context));
  for (const address of settings.addresses) {
    connection.open_receiver({ source: { address }, autoaccept: false, credit_window: 20 });
  }
  // What is left of a connection whose session or link the broker has ended would neither end nor begin again by itself.
  void lost.then(() => connection.close());
  return { lost, close: () => closed(connection) };

  async function take({ message, delivery }: EventContext): Promise<void> {
    const read = message ? fromMessage(message) : null;
    try {
      if (read === null) {
        await unread({ topic: topicOf(message), content: contentOf(message?.body) ?? '' });
        return delivery?.reject();
      }
      await handle({ ...read, publisher: publisherOf(message) });
      delivery?.accept();
    } catch {
      await new Promise((done) => setTimeout(done, 1000));
      // As if it had never been delivered: brokers that count failures (ActiveMQ) throw away what failed often enough, and
      // RabbitMQ knows no outcome `modified` and ends the session.
      delivery?.release();
    }
  }
}

function wayTo(settings: UmbSettings): ConnectionOptions {
  const { hostname: host, port, protocol, username, password } = new URL(settings.url);
  const secure = protocol === 'amqps:';
  const login = username ? { username: decodeURIComponent(username), password: decodeURIComponent(password) } : {};
  const way = { host, port: Number(port || (secure ? 5671 : 5672)), reconnect: false, ...login };
  return secure ? { ...way, transport: 'tls', servername: host, ...tlsOf(settings) } : way;
}

/** A certificate is the log-in where there is one: by EXTERNAL, or where a broker (ActiveMQ) looks at it beside ANONYMOUS. */
function loginBy({ url, cert_file: cert }: UmbSettings, { sasl }: Container): object {
  if (cert === undefined || new URL(url).username !== '') return {};
  const sasl_mechanisms = sasl.client_mechanisms();
  sasl_mechanisms.enable_external();
  sasl_mechanisms.enable_anonymous('anonymous');
  return { sasl_mechanisms };
}

function fromMessage(message: Message) {
  const { body, message_id: id } = message;
  const content = contentOf(body);
  if (content === null) return null;
  // Koji's plug-in numbers no messages: what they say is what they are.
  const said = id === undefined ? null : String(id);
  return readMessage({ topic: topicOf(message), id: said ?? idFrom(message, content), content });
}

/**
 * The address without its kind, and without what brokers put before it for their consumers. A message that came over
 * AMQP 0-9-1 has none: RabbitMQ 3 says its routing key as the subject, RabbitMQ 4 as an annotation.
 */
function topicOf(message: Message | undefined): string {
  const key: unknown = message?.message_annotations?.['x-routing-key'];
  return String(message?.to ?? message?.subject ?? (typeof key === 'string' ? key : ''))
    .replace(/^(topic|queue):\/\/|^\/(topic|queue)\/|^\/exchange\/[^/]+\//, '')
    .replace(/^Consumer\.[^.]+\.[^.]+\./, '');
}

function idFrom({ to, application_properties: properties }: Message, content: string): string {
  return sha256(JSON.stringify([to, properties, content]));
}

/** Brokers that were told to (ActiveMQ's populateJMSXUserID) say who was logged in. */
function publisherOf(message: Message | undefined): string | undefined {
  const said: unknown = message?.application_properties?.['JMSXUserID'] ?? message?.user_id;
  if (typeof said === 'string') return said;
  return Buffer.isBuffer(said) ? said.toString('utf8') : undefined;
}

function contentOf(body: unknown): string | null {
  if (typeof body === 'string') return body;
  if (Buffer.isBuffer(body)) return body.toString('utf8');
  const section = (body as { readonly content?: unknown } | null)?.content;
  if (Buffer.isBuffer(section)) return section.toString('utf8');
  return typeof body === 'object' && body !== null ? JSON.stringify(body) : null;
}

function closed(connection: Connection): Promise<void> {
  return new Promise((done) => {
    if (!connection.is_open()) return done();
    connection.once('connection_close', () => done());
    connection.once('disconnected', () => done());
    connection.close();
  });
}

function opened(connection: Connection, lost: Promise<string>): Promise<void> {
  return new Promise((done, fail) => {
    connection.once('connection_open', () => done());
    void lost.then((why) => fail(new Error(why)));
  });
}

function wordsOf({ connection, session, receiver, error }: EventContext): string {
  const said = error ?? receiver?.error ?? session?.error ?? connection.error;
  return said instanceof Error
    ? said.message
    : String((said as { description?: string })?.description ?? 'the connection was closed');
}
