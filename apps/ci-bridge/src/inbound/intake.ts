import { AppError, sha256, type Refusal } from '@millrace/kernel';
import { z } from 'zod';
import type { Input, ResultDraft } from '../domain/input';
import type { ResultRow } from '../domain/state';
import { unmappable } from './wrong';

/** What results that come in are handed to, whichever way they came. */
export interface IntakeParts {
  readonly take: (input: Input, meta: { readonly id: string; readonly who: string }) => Promise<unknown>;
  readonly bury: (letter: {
    readonly id: string;
    readonly origin: string;
    readonly messageId: string;
    readonly reason: string;
    readonly remedy: string;
    readonly bytes: Uint8Array;
  }) => Promise<void>;
  readonly outcomes: readonly string[];
  /** Told the first result of each message: how old it was when it came. */
  readonly heard: (source: string, draft: ResultDraft) => void;
}

export interface Letter {
  /** Where it came from: `webhook/NAME`, `file/FORMAT`, `bus/NAME`, `resultsdb/NAME`. */
  readonly origin: string;
  readonly who: string;
  /** What is kept when it cannot be mapped, and read again when it is replayed. */
  readonly content: string;
  /** What kind of message it is called in words for the sender. */
  readonly what: string;
  readonly remedy: string;
}

export type Taken =
  | { readonly status: 'taken'; readonly results: readonly ResultRow[] }
  | { readonly status: 'ignored'; readonly because: string }
  | { readonly status: 'quarantined'; readonly refusal: Refusal; readonly id: string };

/**
 * Maps a message and hands its results over, all or none. What cannot be mapped or is refused goes to quarantine, once
 * however often it is sent. Faults are thrown, and then the sender should try again.
 */
export async function takeIn(
  parts: IntakeParts,
  letter: Letter,
  map: () => Promise<readonly ResultDraft[] | { readonly ignored: string } | Refusal>,
): Promise<Taken> {
  const id = `${letter.origin.replace(/[^a-zA-Z0-9-]+/g, '.')}.${sha256(letter.content).slice(0, 16)}`;
  const mapped = await mappedOr(letter, map);
  if ('ignored' in mapped) return { status: 'ignored', because: mapped.ignored };
  const refusal = 'refused' in mapped ? mapped : await handOver(parts, letter, id, mapped);
  if (!('refused' in refusal)) return refusal;
  await parts.bury({
    id,
    origin: letter.origin,
    messageId: id,
    reason: refusal.because,
    remedy: refusal.remedy,
    bytes: Buffer.from(letter.content),
  });
  return { status: 'quarantined', refusal, id };
}

async function mappedOr(letter: Letter, map: Parameters<typeof takeIn>[2]): ReturnType<Parameters<typeof takeIn>[2]> {
  try {
    return await map();
  } catch (thrown) {
    if (thrown instanceof z.ZodError) return unmappable(thrown, letter.what, letter.remedy);
    throw thrown;
  }
}

async function handOver(
  parts: IntakeParts,
  letter: Letter,
  id: string,
  drafts: readonly ResultDraft[],
): Promise<Taken | Refusal> {
  for (const draft of drafts.slice(0, 1)) parts.heard(letter.origin, draft);
  try {
    const reply = await parts.take({ type: 'results-reported', drafts }, { id: `intake/${id}`, who: letter.who });
    return { status: 'taken', results: (reply as { readonly results: readonly ResultRow[] }).results };
  } catch (thrown) {
    if (!(thrown instanceof AppError) || (thrown.kind !== 'forbidden' && thrown.kind !== 'invalid')) throw thrown;
    const { code, kind, message, remedy } = thrown;
    return { refused: true, code, kind, because: message, remedy: remedy ?? letter.remedy } as Refusal;
  }
}
