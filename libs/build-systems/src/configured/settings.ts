import { z } from 'zod';

const address = z.url({ protocol: /^https?$/ }).max(1024);
const file = z.string().min(1).max(4096);
const seconds = (standard: number) => z.coerce.number().positive().max(86_400).default(standard);

const kojiLogin = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('password'), user: z.string().min(1).max(200), password_file: file }),
  z.strictObject({
    kind: z.literal('certificate'),
    cert_file: file,
    key_file: file,
    proxy_user: z.string().max(200).optional(),
  }),
  z.strictObject({
    kind: z.literal('kerberos'),
    service: z.string().max(200).optional(),
    proxy_user: z.string().max(200).optional(),
  }),
]);

/** How a server's bus is heard; see `@millrace/messages`. Hints only: polling is the truth. */
const messages = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('fedora-messaging'),
    url: z.url({ protocol: /^amqps?$/ }).max(1024),
    /** Prefix of its topics, e.g. `org.fedoraproject.prod`. */
    topic_prefix: z.string().max(200).default('org.fedoraproject.prod'),
    exchange: z.string().max(200).default('amq.topic'),
    queue: z.string().max(200).optional(),
    ca_file: file.optional(),
    cert_file: file.optional(),
    key_file: file.optional(),
  }),
  z.strictObject({
    kind: z.literal('umb'),
    url: z.url({ protocol: /^amqps?$/ }).max(1024),
    /** Addresses to receive from, e.g. `topic://VirtualTopic.eng.brew.>`. */
    addresses: z.array(z.string().min(1).max(500)).min(1).max(50),
    ca_file: file.optional(),
    cert_file: file.optional(),
    key_file: file.optional(),
  }),
  z.strictObject({
    kind: z.literal('nats'),
    url: z.string().max(1024),
    subjects: z.array(z.string().min(1).max(500)).min(1).max(50),
  }),
]);
export type MessageSettings = z.output<typeof messages>;

const common = {
  /** Builds of ours there at one time. */
  capacity: z.coerce.number().int().min(1).max(100_000).default(20),
  /** Between two looks at what runs. */
  poll_seconds: z.coerce.number().positive().max(20).default(5),
  messages: messages.optional(),
  ca_file: file.optional(),
  proxy: address.optional(),
};

const koji = z.strictObject({
  kind: z.literal('koji'),
  /** The hub, e.g. https://koji.example.org/kojihub. */
  url: address,
  /** Where its files are served, e.g. https://kojipkgs.example.org. */
  top_url: address.transform((url) => url.replace(/\/+$/, '')),
  /** Left out: the hub is only read. */
  login: kojiLogin.optional(),
  user_agent: z.string().max(200).optional(),
  /** Longest silence of the hub in one call; over 10, since a dead bus makes each of its writes slow. */
  timeout_seconds: z.coerce.number().gt(10).max(3600).default(120),
  /** Longer than any call of the hub takes: after a lost session that long is waited before a write is sent anew. */
  longest_call_seconds: seconds(120),
  retries: z.coerce.number().int().min(1).max(1000).default(30),
  retry_seconds: seconds(20),
  /** How long a build may wait for an architecture that has no builder. */
  no_builder_seconds: seconds(3600),
  ...common,
});
export type KojiSettings = z.output<typeof koji>;

const mbs = z.strictObject({
  kind: z.literal('mbs'),
  /** With the version of its API, e.g. https://mbs.example.org/module-build-service/2. */
  url: address,
  /** Where the files of its Koji are served. */
  top_url: address.transform((url) => url.replace(/\/+$/, '')).optional(),
  login: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('token'), token_file: file, user: z.string().max(200).optional() }),
      z.strictObject({ kind: z.literal('kerberos'), service: z.string().max(200).optional() }),
    ])
    .optional(),
  timeout_seconds: z.coerce.number().positive().max(3600).default(60),
  /**
   * `self`: its `ready` is the gate, a module is built when it is ready. `results`: it is built when it is done, and its
   * `ready` goes to the ci-bridge as a result (`gate: build-system`).
   */
  gate: z.enum(['self', 'results']).default('self'),
  ...common,
});
export type MbsSettings = z.output<typeof mbs>;

const one = z.discriminatedUnion('kind', [koji, mbs]);
export type BuildSystemSettings = z.output<typeof one>;

/** `build_systems` of the scheduler's section of millrace.yaml: the servers that build, by the names releases use. */
export const buildSystemsSettings = z.record(
  z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'is no name of a build system, e.g. koji'),
  one,
);
