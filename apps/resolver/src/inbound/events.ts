import type {
  cascadeCancelled,
  cascadeCompleted,
  Envelope,
  EventData,
  rebuildValidated,
  releaseChanged,
} from '@millrace/contracts';
import type { ResolverInput } from '../domain/input';

export function releaseKnown({ data }: Envelope<EventData<typeof releaseChanged>>): ResolverInput {
  return { type: 'release-known', name: data.name, revision: data.revision, definition: data.definition };
}

export function buildValidated({ data }: Envelope<EventData<typeof rebuildValidated>>): ResolverInput {
  const { release, cascade, component, contents, bootstrap, overlay } = data;
  return { type: 'build-validated', release, cascade, number: overlay, component, contents, bootstrap };
}

export function cascadeEnded({
  data,
}: Envelope<EventData<typeof cascadeCompleted> | EventData<typeof cascadeCancelled>>): ResolverInput {
  const { release, cascade, state } = data;
  return { type: 'cascade-ended', release, cascade, completed: state === 'completed' };
}
