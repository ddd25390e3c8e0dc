import { eventType, type Envelope, type EventContract } from '@millrace/contracts';
import { z } from 'zod';
import type { NotifierInput } from '../domain/input';
import type { Facts } from '../domain/state';

/**
 * Any event in the words that it has for people. Events of severity debug and info are nobody's mail: they end here,
 * so that a mass rebuild costs the notifier nothing.
 */
export function happeningOf(contract: EventContract, envelope: Envelope): NotifierInput | null {
  const concern = contract.concerns(envelope.data);
  if (concern.severity === 'debug' || concern.severity === 'info') return null;
  return {
    type: 'happened',
    happening: {
      release: envelope.release ?? null,
      event: eventType(contract),
      owner: contract.owner,
      subject: envelope.subject ?? envelope.id,
      revision: envelope.revision ?? 0,
      summary: contract.summary(envelope.data),
      link: contract.link(envelope.data),
      concern,
      facts: factsOf(envelope.data),
    },
  };
}

const text = z.string().optional().catch(undefined);
const number = z.number().optional().catch(undefined);
const names = z.array(z.string()).optional().catch(undefined);

/** Members by name, of any event that has them; one of another shape counts as absent. */
const facts = z.object({
  cascade: text,
  component: text,
  generation: number,
  pass: number,
  attempt: number,
  build: text,
  nvr: z.string().nullish().catch(undefined),
  regression: text,
  evidence: z
    .object({
      class: z.string(),
      stage: z.string(),
      summary: z.string(),
      tail: z.string(),
      logs: z.array(z.object({ name: z.string(), address: z.string() })),
    })
    .optional()
    .catch(undefined),
  reasons: z
    .array(z.object({ test: z.string(), text: z.string(), link: z.string().nullable() }))
    .optional()
    .catch(undefined),
  failed: names,
  failed_builds: names,
  waiting: names,
  waiting_count: number,
  remedy: z
    .union([z.array(z.string()), z.string().transform((one) => [one])])
    .optional()
    .catch(undefined),
});

function factsOf(data: unknown): Facts {
  const read = facts.safeParse(data);
  return read.success ? read.data : {};
}
