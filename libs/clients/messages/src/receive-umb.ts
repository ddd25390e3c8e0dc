import { sha256 } from '@millrace/kernel';
import { create_container, type Connection, type ConnectionOptions, type EventContext, type Message } from 'rhea';
import { readMessage } from './schema';
import type { Handle, Link, Unread } from './receiver';
import type { UmbSettings } from './settings';
import { tlsOf } from './tls';

/**
 * AMQP 1.0, as Koji's plug-in protonmsg and Red Hat's UMB speak it: JSON in the body, the type of event in the
 * application properties, the topic in `to`.
 */
export async function receiveUmb(settings: UmbSettings, handle: Handle, unread: Unread): Promise<Link> {
  const container = create_container();
  const connection = container.connect(wayTo(settings));
  const lost = new Promise<string>((gone) => {
    const say = (context: EventContext): void => gone(wordsOf(context));
    connection.on('disconnected', say);
    connection.on('connection_close', say);
    connection.on('receiver_error', say);
  });
  await opened(connection, lost);
  connection.on('message', (context: EventContext) => void take(context));
  for (const address of settings.addresses) {
    connection.open_receiver({ source: { address }, autoaccept: false, credit_window: 20 });
  }
  return { lost, close: () => Promise.resolve(connection.close()) };

  async function take({ message, delivery }: EventContext): Promise<void> {
    const read = message ? fromMessage(message) : null;
    try {
      if (read === null) {
        await unread({ topic: String(message?.to ?? ''), content: contentOf(message?.body) ?? '' });
        return delivery?.reject();
      }
      await handle({ ...read, publisher: publisherOf(message) });
      delivery?.accept();
    } catch {
      await new Promise((done) => setTimeout(done, 1000));
      delivery?.release({ delivery_failed: true });
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

function fromMessage(message: Message) {
  const { body, to, message_id: id } = message;
  const content = contentOf(body);
  if (content === null) return null;
  const topic = String(to ?? '')
    .replace(/^(topic|queue):\/\//, '')
    .replace(/^Consumer\.[^.]+\.[^.]+\./, '');
  // Koji's plug-in numbers no messages: what they say is what they are.
  const said = id === undefined ? null : String(id);
  return readMessage({ topic, id: said ?? idFrom(message, content), content });
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

function opened(connection: Connection, lost: Promise<string>): Promise<void> {
  return new Promise((done, fail) => {
    connection.once('connection_open', () => done());
    void lost.then((why) => fail(new Error(why)));
  });
}

function wordsOf({ connection, error }: EventContext): string {
  const said = error ?? connection.error;
  return said instanceof Error
    ? said.message
    : String((said as { description?: string })?.description ?? 'the connection was closed');
}
