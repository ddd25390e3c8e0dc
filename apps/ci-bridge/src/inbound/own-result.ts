import type { Envelope, EventData, schedulerResultReported } from '@millrace/contracts';
import { crop } from '../domain/bounds';
import type { Input } from '../domain/input';
import { parseSpan } from '../domain/stamp';

/** The scheduler's own results (builtin checks) take the same road as any CI's. */
export function mapOwnResult(envelope: Envelope<EventData<typeof schedulerResultReported>>): Input {
  const { subject, build, test, outcome, note, release } = envelope.data;
  return {
    type: 'result-reported',
    draft: {
      source: `event:${envelope.source}/${envelope.id}`,
      testcase: { name: test },
      outcome,
      ref_url: null,
      note: note === '' ? null : crop(note),
      groups: [],
      data: {
        item: [subject.id, ...subject.aliases.filter((alias) => alias !== subject.id)],
        type: [subject.type],
        build: [build],
        ci_name: ['millrace-scheduler'],
      },
      submit_time: null,
      occurred: parseSpan(envelope.time),
      release,
    },
  };
}
