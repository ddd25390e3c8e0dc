import type { Publisher } from '@millrace/engine';
import { headers } from 'nats';
import type { BusConnection } from './connect';

/** An event once more, as others call it and write it. */
export interface Echo {
  /** Not below `millrace.`: nobody may take it for an event. */
  readonly subject: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** What is said beside an event, which has this id, subject and bytes. */
export type Echoes = (id: string, subject: string, event: Uint8Array) => readonly Echo[];

/**
 * Says echoes of events on plain NATS, each with the id of its event as `Nats-Msg-Id`: just before the event, on one
 * connection, so that an event that the stream has was echoed. After a crash both may come once more.
 */
export function echoing(publisher: Publisher, { nats }: Pick<BusConnection, 'nats'>, echoesOf: Echoes): Publisher {
  return {
    ...publisher,
    publish: (subject, id, bytes) => {
      for (const echo of echoesOf(id, subject, bytes)) {
        const set = headers();
        for (const [name, value] of Object.entries({ 'Nats-Msg-Id': id, ...echo.headers })) set.set(name, value);
        nats.publish(echo.subject, JSON.stringify(echo.body), { headers: set });
      }
      return publisher.publish(subject, id, bytes);
    },
  };
}
