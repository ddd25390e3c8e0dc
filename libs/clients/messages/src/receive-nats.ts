import { connect } from 'nats';
import { readMessage } from './schema';
import type { Handle, Link, Unread } from './receiver';
import type { NatsSettings } from './settings';

/** Messages as JSON over core NATS; the id is `Nats-Msg-Id`, or `id` of a CloudEvent. */
export async function receiveNats({ url, subjects }: NatsSettings, handle: Handle, unread: Unread): Promise<Link> {
  const nats = await connect({ servers: url.split(','), reconnect: false, name: 'millrace-hints' });
  const lost = nats.closed().then((fault) => (fault ? fault.message : 'the connection was closed'));
  for (const subject of subjects) {
    nats.subscribe(subject, {
      callback: (fault, message) => {
        if (fault) return;
        const content = message.data;
        const read = readMessage({
          topic: message.subject,
          id: idOf(message.headers?.get('Nats-Msg-Id'), content),
          content,
        });
        // Core NATS delivers once or never: what could not be taken is polled.
        const text = Buffer.from(content).toString('utf8');
        void (read ? handle(read) : unread({ topic: message.subject, content: text })).catch(() => undefined);
      },
    });
  }
  await nats.flush();
  return { lost, close: () => nats.close() };
}

function idOf(header: string | undefined, content: Uint8Array): string | null {
  if (header) return header;
  const id = /"id"\s*:\s*"([^"]{1,200})"/.exec(Buffer.from(content).toString('utf8'))?.[1];
  return id ?? null;
}
