import type { Envelope, EventData, releaseChanged } from '@millrace/contracts';
import type { NotifierInput } from '../domain/input';

export function releaseKnown({ data }: Envelope<EventData<typeof releaseChanged>>): NotifierInput {
  return { type: 'release-known', release: data.name, revision: data.revision, definition: data.definition };
}
