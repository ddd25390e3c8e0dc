import { z } from 'zod';

/** Where an update is on its way. `side_tag_*` are of servers that let updates follow a side tag. */
export const updateStatuses = [
  'pending',
  'testing',
  'stable',
  'unpushed',
  'obsolete',
  'side_tag_active',
  'side_tag_expired',
] as const;

/** What its gate (Greenwave) says, as Bodhi has it. */
export const gatingStatuses = [
  'waiting',
  'ignored',
  'queued',
  'running',
  'passed',
  'failed',
  'greenwave_failed',
] as const;

export const updateRequests = ['testing', 'stable', 'unpush', 'obsolete', 'revoke'] as const;
export type UpdateRequest = (typeof updateRequests)[number];

export const updateTypes = ['security', 'bugfix', 'enhancement', 'newpackage', 'unspecified'] as const;
export type UpdateType = (typeof updateTypes)[number];

export const severities = ['unspecified', 'urgent', 'high', 'medium', 'low'] as const;

/** Fields that we do not know stay. Times are `YYYY-MM-DD HH:MM:SS` in UTC. */
export const update = z.looseObject({
  alias: z.string().max(100),
  status: z.enum(updateStatuses),
  request: z.enum([...updateRequests, 'batched']).nullish(),
  locked: z.boolean().nullish(),
  notes: z.string().max(200_000).nullish(),
  builds: z.array(z.looseObject({ nvr: z.string().max(500) })).max(20_000),
  from_tag: z.string().max(256).nullish(),
  test_gating_status: z.enum(gatingStatuses).nullish(),
  /** Days in testing, karma and gate allow it to go on. */
  meets_testing_requirements: z.boolean().nullish(),
  url: z.string().max(1000).nullish(),
  user: z.looseObject({ name: z.string() }).nullish(),
  comments: z
    .array(
      z.looseObject({ text: z.string().max(200_000).nullish(), user: z.looseObject({ name: z.string() }).nullish() }),
    )
    .max(20_000)
    .nullish(),
  date_submitted: z.string().nullish(),
  date_testing: z.string().nullish(),
  date_stable: z.string().nullish(),
});
export type Update = z.infer<typeof update>;

export const updatePage = z.looseObject({
  updates: z.array(update).max(1000),
  page: z.number().int(),
  pages: z.number().int(),
});

export const csrf = z.looseObject({ csrf_token: z.string().min(1).max(500) });

/** POST /updates/ answers the update itself; when builds of several releases were given, one of each. */
export const saved = z.union([update, z.looseObject({ updates: z.array(update).min(1) })]);

export const changed = z.looseObject({ update });

/** What its tests say, as Greenwave answers; null where the server cannot ask. */
export const decisions = z.looseObject({
  decisions: z.array(
    z.looseObject({
      summary: z.string().nullish(),
      policies_satisfied: z.boolean().nullish(),
      unsatisfied_requirements: z
        .array(z.looseObject({ type: z.string().nullish(), testcase: z.string().nullish() }))
        .nullish(),
    }),
  ),
});

export const refusal = z.looseObject({
  errors: z.array(z.looseObject({ name: z.string().nullish(), description: z.string() })).min(1),
});

export const anyAnswer = z.unknown();
