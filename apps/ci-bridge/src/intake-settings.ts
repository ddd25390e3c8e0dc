import { isAbsolute, resolve } from 'node:path';
import { durationMs } from '@millrace/contracts';
import { z } from 'zod';
import { webhookKinds } from './inbound/registry';

const names = z.array(z.string()).default([]);
const file = z
  .string()
  .min(1)
  .transform((path) => (isAbsolute(path) ? path : resolve(path)));

const webhook = z.strictObject({
  /** Which adapter reads it. */
  kind: z.enum(webhookKinds as [string, ...string[]]),
  /** A file with the secret that the sender has, too. */
  secret_file: file,
  /** How the sender proves that, where it can do otherwise than the adapter's kind usually does. */
  proof: z.enum(['signature', 'token']).optional(),
  /** With the kind generic: the mapping. */
  mapping_file: file.optional(),
  /** With the kind testing-farm: its API, to be asked for a request that a message only names. */
  api: z.url({ protocol: /^https?$/ }).optional(),
});

const span = z
  .string()
  .regex(/^\d{1,6}(s|m|h)$/, "is no duration, e.g. '1m'")
  .transform(durationMs);
const api = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''));

const broker = {
  /** `amqps://…` (or `amqp://` on this machine); with a password in it, better in url_file. */
  url: z.string().optional(),
  url_file: file.optional(),
  ca_file: file.optional(),
  cert_file: file.optional(),
  key_file: file.optional(),
};
const messageSource = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('fedora-messaging'),
    ...broker,
    exchange: z.string().default('amq.topic'),
    /** Topics are bound as `<prefix>.#`. */
    topic_prefix: z.string().default('org.centos.prod.ci'),
    /** A lasting queue; without it, one that lives as long as the connection. */
    queue: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('umb'), ...broker, addresses: z.array(z.string().min(1)).min(1) }),
  z.strictObject({ kind: z.literal('nats'), ...broker, subjects: z.array(z.string().min(1)).min(1) }),
]);

export const intakeSettings = {
  /**
   * Who may post results through ResultsDB's API v3: names of tokens (`users`) or roles of tokens (`groups`), and globs
   * of test case names. Without it every token may, but one that only reads.
   */
  permissions: z.array(z.object({ users: names, groups: names, testcases: names })).optional(),
  /** Bytes of a result or a webhook that are taken; a larger body is answered with 413. */
  largest_body: z.number().int().min(1024).max(8_388_608).default(1_048_576),
  /** Webhooks by the name in their address, `/webhooks/NAME`. */
  webhooks: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,49}$/, 'is no name of small letters'), webhook).default({}),
  /** Somebody else's ResultsDB that every result is posted to, too, or (mode only) that alone keeps and shows them. */
  forward_to: z
    .strictObject({
      /** Of API v2.0. */
      url: api,
      token_file: file.optional(),
      mode: z.enum(['also', 'only']).default('also'),
    })
    .optional(),
  /** Other ResultsDBs that are asked for new results, by name. */
  resultsdb_sources: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9-]{0,49}$/),
      z.strictObject({ url: api, token_file: file.optional(), every: span.default(60_000) }),
    )
    .default({}),
  /** Buses of others that CI messages, and news of other ResultsDBs, come by; by name. */
  message_sources: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,49}$/), messageSource).default({}),
  /** CI messages of these namespaces (globs) are taken from these publishers only, as their broker proved them. */
  namespaces: z.array(z.strictObject({ namespaces: z.array(z.string()).min(1), publishers: names })).default([]),
};
