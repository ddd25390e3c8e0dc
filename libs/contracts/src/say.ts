import { componentTypes, type BusEffect } from '@millrace/kernel';
import { eventType, type EventContract } from './envelope';

/** The effect that publishes an event. The component type token comes from the subject when it is a component id. */
export function say<Data>(
  contract: EventContract<Data>,
  about: { release: string | null; subject: string; revision: number; data: Data; component?: string },
): BusEffect {
  const type = (about.component ?? about.subject).split('/')[0]!;
  return {
    lane: 'bus',
    event: eventType(contract),
    release: about.release,
    componentType: (componentTypes as readonly string[]).includes(type) ? type : null,
    subject: about.subject,
    revision: about.revision,
    data: about.data,
  };
}
