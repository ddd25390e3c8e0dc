import { z } from 'zod';
import type { App } from '../envelope';
import { ask, command } from './door';

export const deadLetter = z.object({
  id: z.string(),
  /** Where it came from: a NATS subject, or `outbox` for what the bus refused. */
  origin: z.string(),
  messageId: z.string(),
  reason: z.string(),
  remedy: z.string(),
  attempts: z.number().int(),
  state: z.enum(['kept', 'replayed', 'dropped']),
  at: z.string(),
  bytes: z.number().int(),
});

export const done = z.object({ done: z.boolean(), text: z.string() });

/** Doors that every service has. */
export function commonDoors(owner: App) {
  return {
    status: ask({
      owner,
      name: 'status',
      about: 'What the service is doing: version, waiting inputs, outbox, work, dead letters.',
      request: z.object({}),
      reply: z.object({
        app: z.string(),
        version: z.string(),
        startedAt: z.string(),
        inbox: z.number().int(),
        outbox: z.number().int(),
        work: z.number().int(),
        parked: z.number().int(),
        deadLetters: z.number().int(),
      }),
      http: { method: 'GET', path: '/api/v1/status' },
    }),
    deadLetters: ask({
      owner,
      name: 'dead-letters',
      about: 'Messages that could not be handled, with the reason; newest first.',
      request: z.object({ state: z.enum(['kept', 'replayed', 'dropped', 'all']).default('kept') }),
      reply: z.object({ deadLetters: z.array(deadLetter) }),
      http: { method: 'GET', path: '/api/v1/dead-letters' },
    }),
    deadLetter: ask({
      owner,
      name: 'dead-letter',
      about: 'One dead letter with its content.',
      request: z.object({ id: z.string() }),
      reply: deadLetter.extend({ content: z.string() }),
      http: { method: 'GET', path: '/api/v1/dead-letters/{id}' },
    }),
    replay: command({
      owner,
      name: 'dead-letter-replay',
      about: 'Hands a dead letter to the service once more.',
      request: z.object({ id: z.string() }),
      reply: done,
      http: { method: 'POST', path: '/admin/v1/dead-letters/{id}/replay' },
      role: 'releng',
    }),
    drop: command({
      owner,
      name: 'dead-letter-drop',
      about: 'Gives a dead letter up.',
      request: z.object({ id: z.string(), why: z.string().max(500).default('') }),
      reply: done,
      http: { method: 'POST', path: '/admin/v1/dead-letters/{id}/drop' },
      role: 'releng',
    }),
  };
}
