import type { EventContract } from './envelope';

/** Types an event's parts against its schema. */
export function defineEvent<Data>(contract: Omit<EventContract<Data>, 'version'>): EventContract<Data> {
  return { ...contract, version: 1 };
}

/** The data of an event, from its contract. */
export type EventData<C> = C extends EventContract<infer Data> ? Data : never;
