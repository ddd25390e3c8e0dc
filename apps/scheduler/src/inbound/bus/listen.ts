import { receive, type ForeignMessage, type Receiver, type ReceiverSettings } from '@millrace/messages';
import type { Input } from '../../domain/input';
import { foreignInstance } from './bodies';
import { changesIn, type Surroundings } from './map';

/** A bus that a build system speaks on. */
export interface Bus {
  /** Name of the build system. */
  readonly name: string;
  readonly settings: ReceiverSettings;
  /** Who we are there; null where nobody can say. */
  readonly us: () => Promise<string | null>;
  /** Brings the next look forward. */
  readonly hint: () => void;
}

export interface Listening {
  readonly definitions: () => Promise<Surroundings['definitions']>;
  readonly sourceOf: Surroundings['sourceOf'];
  take(input: Input, meta: { readonly id: string; readonly who: string }): Promise<unknown>;
}

/**
 * Hears the buses of the build systems. Every message of the hub brings the next look at its build system forward;
 * those that tell of changes become inputs, the same however often they come: an input is known by the message's own id. What could not
 * be taken comes again.
 */
export function listen(buses: readonly Bus[], listening: Listening): readonly Receiver[] {
  return buses.map((bus) => receive(bus.settings, (message) => hear(bus, listening, message)));
}

export async function hear(bus: Bus, listening: Listening, message: ForeignMessage): Promise<void> {
  if (foreignInstance(message.body) === null) bus.hint();
  const { sourceOf } = listening;
  const around = { source: bus.name, definitions: await listening.definitions(), us: await bus.us(), sourceOf };
  for (const input of changesIn(message, around)) {
    const id = `bus/${bus.name}/${'release' in input ? input.release : ''}/${message.id}`;
    await listening.take(input, { id, who: bus.name });
  }
}
