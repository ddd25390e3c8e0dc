import { connect, credentials, type ConsumeMessage } from 'amqplib';
import { readMessage } from './schema';
import type { Handle, Link, Unread } from './receiver';
import type { FedoraSettings } from './settings';
import { tlsOf } from './tls';

/** Messages that may be under way at one time. */
const prefetch = 20;
/** A message that could not be taken comes again, but not at once. */
const againMs = 1000;

/**
 * fedora-messaging's wire format: routing key = topic, JSON body, `message_id`, headers with schema and severity. An
 * acknowledged message was taken; one that cannot be read is dropped, one that could not be taken now comes again.
 */
export async function receiveFedora(settings: FedoraSettings, handle: Handle, unread: Unread): Promise<Link> {
  const { url, exchange, topic_prefix: prefix, queue } = settings;
  const tls = tlsOf(settings);
  // A client certificate is the log-in where there is one, as fedora-messaging does it.
  const login = settings.cert_file === undefined ? {} : { credentials: credentials.external() };
  const connection = await connect(url, { ...tls, ...login, timeout: 30_000 });
  let gone: (why: string) => void = () => undefined;
  const lost = new Promise<string>((resolve) => (gone = resolve));
  connection.on('error', (error) => gone(error.message));
  connection.on('close', () => gone('the connection was closed'));
  const channel = await connection.createChannel();
  channel.on('error', (error) => gone(error instanceof Error ? error.message : String(error)));
  channel.on('close', () => gone('the channel was closed'));
  // Without its channel or its queue an open connection would wait for ever.
  void lost.then(() => connection.close()).catch(() => undefined);
  await channel.prefetch(prefetch);
  const own = { durable: false, exclusive: true, autoDelete: true };
  const { queue: name } =
    queue === undefined ? await channel.assertQueue('', own) : await channel.assertQueue(queue, { durable: true });
  await channel.bindQueue(name, exchange, `${prefix}.#`);
  await channel.consume(name, (message) => {
    if (message) void take(message);
    else gone('the queue was taken away');
  });
  const close = async (): Promise<void> => {
    // Answers that are still on their way go before the end of their channel, but not before that of the connection.
    await channel.close().catch(() => undefined);
    await connection.close();
  };
  return { lost, close };

  async function take(message: ConsumeMessage): Promise<void> {
    const { properties, fields, content } = message;
    const read = readMessage({ topic: fields.routingKey, id: idOf(properties.messageId), content });
    try {
      if (read === null) {
        await unread({ topic: fields.routingKey, content: content.toString('utf8') });
        return channel.nack(message, false, false);
      }
      await handle({ ...read, publisher: idOf(properties.userId) ?? undefined });
      channel.ack(message);
    } catch {
      await new Promise((done) => setTimeout(done, againMs));
      settle(() => channel.nack(message, false, true));
    }
  }
}

function idOf(id: unknown): string | null {
  return typeof id === 'string' ? id : null;
}

/** The channel may be gone by now: then the broker delivers again by itself. */
function settle(act: () => void): void {
  try {
    act();
  } catch {
    return;
  }
}
