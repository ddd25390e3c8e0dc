import { eventFilter, eventType, streamName, type EventName } from '@millrace/contracts';
import type { JetStreamManager } from 'nats';
import { isGone, isNotFound } from './streams';

/** A message that was given out before. */
export interface GivenMessage {
  /** Of its event. */
  readonly type: string;
  readonly stream: string;
  readonly sequence: number;
  readonly subject: string;
  readonly bytes: Uint8Array;
}

/** How far a consumer has come, as the server says it. */
export interface Given {
  /** The last message up to which every one was answered; null: there is none, or it is long ago. */
  readonly answered: GivenMessage | null;
  /** How many were given out above it, and not answered. */
  readonly open: number;
  /** Those that were given out above it, answered or not: the server does not say which. The newest when they are many. */
  readonly above: AsyncIterable<GivenMessage>;
}

/** Messages of other events that are passed over in search of one of its own. */
const mostOfOthers = 200;
/** Places of the stream, from the newest that was given out. */
const mostAbove = 50_000;

/** What a durable consumer of one event was given, and has answered. */
export async function givenTo(manager: JetStreamManager, event: EventName, consumer: string): Promise<Given> {
  try {
    const info = await manager.consumers.info(streamName(event.owner), consumer);
    const [floor, end] = [info.ack_floor.stream_seq, info.delivered.stream_seq];
    const above = between(manager, event, Math.max(floor, end - mostAbove), end);
    return { answered: await lastOf(manager, event, floor), open: info.num_ack_pending, above };
  } catch (thrown) {
    if (isNotFound(thrown) || isGone(thrown)) return { answered: null, open: 0, above: between(manager, event, 0, 0) };
    throw thrown;
  }
}

async function lastOf(manager: JetStreamManager, event: EventName, floor: number): Promise<GivenMessage | null> {
  if (floor === 0) return null;
  const newest = await stored(manager, event, { last_by_subj: eventFilter(event) });
  if (newest === null || newest.sequence <= floor) return newest;
  // The server's floor goes on over messages of other events.
  for (let seq = floor; seq > Math.max(0, floor - mostOfOthers); seq--) {
    const message = await stored(manager, event, { seq });
    if (message?.subject.startsWith(`${message.type}.`)) return message;
  }
  return null;
}

async function* between(manager: JetStreamManager, event: EventName, after: number, upTo: number) {
  for (let seq = after + 1; seq <= upTo; seq++) {
    const message = await stored(manager, event, { seq, next_by_subj: eventFilter(event) });
    if (message === null || message.sequence > upTo) return;
    yield message;
    seq = message.sequence;
  }
}

type Query = { readonly seq: number; readonly next_by_subj?: string } | { readonly last_by_subj: string };

/** null: the stream has none. */
async function stored(manager: JetStreamManager, event: EventName, query: Query): Promise<GivenMessage | null> {
  const stream = streamName(event.owner);
  try {
    const { subject, data, seq } = await manager.streams.getMessage(stream, query);
    return { type: eventType(event), stream, sequence: seq, subject, bytes: data };
  } catch (thrown) {
    if (isNotFound(thrown) || isGone(thrown)) return null;
    throw thrown;
  }
}
