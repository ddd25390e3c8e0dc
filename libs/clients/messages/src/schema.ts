import { z } from 'zod';

/** A message of somebody else's bus, whichever bus it came by. */
export interface ForeignMessage {
  /** As its publisher numbered it; of doubled messages the same. */
  readonly id: string;
  /** The topic; AMQP 1.0: the address without `topic://` and what brokers put before it. */
  readonly topic: string;
  readonly body: unknown;
  /** Who published it, where the broker itself vouches for that (AMQP: `user_id`, `JMSXUserID`). */
  readonly publisher?: string | undefined;
}

/** What is longer is thrown away: nobody tells of a build in a megabyte. */
export const longestMessage = 1024 * 1024;

/** The old form of fedmsg wraps the body in `msg`, and has the id inside. */
const fedmsg = z.looseObject({ msg_id: z.string(), topic: z.string(), msg: z.unknown() });

export interface Arrived {
  readonly topic: string;
  readonly id: string | null;
  readonly content: Uint8Array | string;
}

/**
 * Reads a message: a JSON body, or a whole message in fedmsg's old form. null: it is none that can be read, or has no id
 * by which a second delivery could be known.
 */
export function readMessage({ topic, id, content }: Arrived): ForeignMessage | null {
  if (content.length > longestMessage) return null;
  const body = parsed(typeof content === 'string' ? content : Buffer.from(content).toString('utf8'));
  if (body === undefined) return null;
  const old = fedmsg.safeParse(body);
  if (old.success) return { id: old.data.msg_id, topic: old.data.topic, body: old.data.msg };
  return id === null || id === '' ? null : { id, topic, body };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
