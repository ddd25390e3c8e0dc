import { setTimeout as pause } from 'node:timers/promises';
import { receiveFedora } from './receive-fedora';
import { receiveNats } from './receive-nats';
import { receiveUmb } from './receive-umb';
import type { ForeignMessage } from './schema';
import type { ReceiverSettings } from './settings';

/** Takes one message; when it throws, the message comes again. */
export type Handle = (message: ForeignMessage) => Promise<void>;

/** Told of a message that cannot be read, or has no id, before it is thrown away; when it throws, the message comes again. */
export type Unread = (message: { readonly topic: string; readonly content: string }) => Promise<void>;

export interface Receiver {
  /** null: connected; else why not. */
  problem(): string | null;
  stop(): Promise<void>;
}

/** One connection: `lost` settles when it is gone. */
export interface Link {
  readonly lost: Promise<string>;
  close(): Promise<void>;
}

const pausesMs = [500, 1000, 2000, 5000, 10_000, 30_000] as const;

/**
 * Receives messages of somebody else's bus for as long as it is not stopped, and connects again whenever the connection
 * is gone. What cannot be read is thrown away, once `unread` was told. Nothing here is the truth: whoever hears must be able to do without.
 */
export function receive(settings: ReceiverSettings, handle: Handle, unread: Unread = noUnread): Receiver {
  const ending = new AbortController();
  let problem: string | null = 'not connected yet';
  let link: Link | null = null;
  const run = async (): Promise<void> => {
    for (let failures = 0; !ending.signal.aborted; failures++) {
      try {
        link = await open(settings, handle, unread);
        problem = null;
        failures = 0;
        problem = await link.lost;
      } catch (thrown) {
        problem = thrown instanceof Error ? thrown.message : String(thrown);
      }
      const ms = pausesMs[Math.min(failures, pausesMs.length - 1)]!;
      await pause(ms, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    problem: () => problem,
    stop: async () => {
      ending.abort();
      await link?.close().catch(() => undefined);
      await running;
    },
  };
}

function noUnread(): Promise<void> {
  return Promise.resolve();
}

function open(settings: ReceiverSettings, handle: Handle, unread: Unread): Promise<Link> {
  switch (settings.kind) {
    case 'fedora-messaging':
      return receiveFedora(settings, handle, unread);
    case 'umb':
      return receiveUmb(settings, handle, unread);
    case 'nats':
      return receiveNats(settings, handle, unread);
  }
}
