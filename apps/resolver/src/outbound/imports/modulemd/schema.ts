import { z } from 'zod';
import { some } from '../order';

/** How far the needs of modules are followed. */
export const streamPolicyInput = z.object({
  /** Patterns of the streams that the release supports, `name:stream`; empty: every one. */
  streams: z.array(z.string().max(300)).max(1000).default([]),
  /** Streams of one need that are followed. */
  max_streams: z.number().int().min(1).max(10_000).default(100),
});
export type StreamPolicyInput = z.infer<typeof streamPolicyInput>;

/** What an import of modulemd files names. */
export const modulemdInput = streamPolicyInput.extend({ sources: some('a modulemd file') });
