import { builtinPrefix, type Envelope, type EventData, type schedulerResultReported } from '@millrace/contracts';
import type { Input } from '../domain/input';
import { draftOfCheck } from '../domain/own-checks';
import { parseSpan } from '../domain/stamp';

/** The scheduler's own results (builtin checks) take the same road as any CI's. */
export function mapOwnResult(envelope: Envelope<EventData<typeof schedulerResultReported>>): Input {
  const { data } = envelope;
  const draft = draftOfCheck(data, data);
  if (data.test.startsWith(builtinPrefix)) return { type: 'result-reported', draft };
  const source = `event:${envelope.source}/${envelope.id}`;
  return { type: 'result-reported', draft: { ...draft, source, occurred: parseSpan(envelope.time) } };
}
