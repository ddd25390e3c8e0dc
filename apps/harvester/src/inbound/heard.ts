import type {
  cascadeCompleted,
  composeWanted,
  Envelope,
  EventData,
  rebuildValidated,
  releaseChanged,
} from '@millrace/contracts';
import type { HarvesterInput } from '../domain/input';

export function releaseKnown({ data }: Envelope<EventData<typeof releaseChanged>>): HarvesterInput {
  return { type: 'release-known', release: data.name, revision: data.revision, definition: data.definition };
}

export function wanted({ data }: Envelope<EventData<typeof composeWanted>>): HarvesterInput {
  const why = `${data.reporter} asked for it: ${data.reason}`.slice(0, 500);
  return { type: 'wanted', release: data.release, why, origin: 'event' };
}

export function completed({ data }: Envelope<EventData<typeof cascadeCompleted>>): HarvesterInput {
  return { type: 'cascade-completed', release: data.release, cascade: data.cascade };
}

/** A bootstrap build never leaves its side repository. */
export function validated({ data }: Envelope<EventData<typeof rebuildValidated>>): HarvesterInput | null {
  return data.bootstrap ? null : { type: 'validated', release: data.release, component: data.component };
}
