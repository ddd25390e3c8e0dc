import type { z } from 'zod';
import type { App } from '../envelope';

/** Rights of a token, each with all rights of those before it. */
export const roles = ['read', 'maintainer', 'releng', 'admin'] as const;
export type Role = (typeof roles)[number];

/**
 * One question (`ask`) or command (`do`) of a service. From this one description come its NATS endpoint
 * `millrace.<owner>.<kind>.<name>.v1`, its HTTP route, its part of the OpenAPI document and the client's types.
 */
export interface Door<Request = unknown, Reply = unknown> {
  readonly kind: 'ask' | 'do';
  readonly owner: App;
  readonly name: string;
  readonly about: string;
  readonly request: z.ZodType<Request>;
  readonly reply: z.ZodType<Reply>;
  /** Members of the request named in `{}` come from the path, the others of a GET from the query, else from the body. */
  readonly http: { readonly method: 'GET' | 'POST'; readonly path: string };
  /** null: no token needed (reading, on loopback). Commands always need one. */
  readonly role: Role | null;
}

export type DoorRequest<D extends Door> = D extends { readonly request: infer S extends z.ZodType }
  ? z.input<S>
  : never;
export type DoorReply<D extends Door> = D extends { readonly reply: infer S extends z.ZodType } ? z.output<S> : never;

type Parts<Q extends z.ZodType, A extends z.ZodType> = Omit<Door, 'request' | 'reply' | 'kind' | 'role'> & {
  readonly request: Q;
  readonly reply: A;
};

/** A question: changes nothing. */
export function ask<Q extends z.ZodType, A extends z.ZodType>(parts: Parts<Q, A>) {
  return { ...parts, kind: 'ask' as const, role: null };
}

/** A command: an input of the service's decider, answered after its commit, idempotent by Idempotency-Key. */
export function command<Q extends z.ZodType, A extends z.ZodType>(parts: Parts<Q, A> & { readonly role: Role }) {
  return { ...parts, kind: 'do' as const };
}

export function doorSubject(door: Pick<Door, 'owner' | 'kind' | 'name'>): string {
  return `millrace.${door.owner}.${door.kind}.${door.name}.v1`;
}
