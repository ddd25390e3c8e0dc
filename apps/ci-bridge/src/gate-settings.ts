import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';

const folder = z
  .string()
  .min(1)
  .transform((path) => (isAbsolute(path) ? path : resolve(path)));
const folders = z
  .union([folder.transform((one) => [one]), z.array(folder)])
  .default([])
  .describe('one folder or a list of folders');

const list = z.array(z.string()).default([]);

const names = z
  .union([z.string().transform((text) => text.split(',').map((one) => one.trim())), z.array(z.string())])
  .default([])
  .transform((list) => list.filter((one) => one !== ''));

const address = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''));
const template = z.string().regex(/^https?:\/\//, 'is no address that begins with http:// or https://');

/** Settings of the gates and waivers. */
export const gateSettings = {
  /** Folders with Greenwave's policy files (`*.yaml`); they are read again when they change. */
  policies_dir: folders,
  /** Folders with Greenwave's subject type files (`*.yaml`), over those that Greenwave is shipped with. */
  subject_types_dir: folders,
  /** Where remote rules stand: per subject type, or `*`, one template of an address or a list of them. */
  remote_rule_policies: z
    .record(z.string(), z.union([template.transform((one) => [one]), z.array(template)]))
    .default({}),
  /** May remote rules be fetched from addresses of private networks, this machine among them? */
  remote_rules_private: z.boolean().default(false),
  /** A Koji hub that knows where builds come from. */
  koji_url: address.optional(),
  /** A Greenwave of somebody else, up to `/api/v1.0`: it decides instead of our own policies. */
  greenwave_url: address.optional(),
  /**
   * A ResultsDB of somebody else, up to `/api/v2.0`: its results count instead of ours, and our API shows them. Results
   * that come here are posted there: forward_to, with mode only unless it says otherwise.
   */
  resultsdb_url: address.optional(),
  /** A WaiverDB of somebody else, up to `/api/v1.0`: its waivers count instead of ours. */
  waiverdb_url: address.optional(),
  /** Who waives through WaiverDB's API: proven by a token, or (for tests alone) whoever the header names. */
  waiver_auth: z.enum(['token', 'dummy']).default('token'),
  /** With waiver_auth dummy: the header that names the user, beside the user name of Basic authorization. */
  waiver_user_header: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/)
    .default('X-Remote-User'),
  /** Who may waive in the name of somebody else; names of tokens. */
  superusers: names,
  /** Who may waive which test, as WaiverDB's PERMISSIONS; left out: every token that may do more than read. */
  waiver_permissions: z
    .array(
      z.strictObject({
        name: z.string(),
        maintainers: list,
        testcases: z.array(z.string()).min(1),
        testcases_ignore: list,
        groups: list,
        users: list,
      }),
    )
    .default([]),
  /** Who is in which group of waiver_permissions; roles of tokens are groups too. */
  waiver_groups: z.record(z.string(), z.array(z.string())).default({}),
  /** Webhooks of CIs that run a test again when they are asked to; each signed with the key in its file. */
  rerun_hooks: z
    .array(
      z.strictObject({
        ci: z.string().default('*'),
        url: address,
        secret_file: folder.optional(),
        /** New runs of a test that its CI could not run, before anybody is told; a rule's `reruns` goes before it. */
        budget: z.number().int().min(0).max(20).default(2),
      }),
    )
    .default([]),
  /** The one web page origin that may read WaiverDB's and Greenwave's API in a browser. */
  cors_url: z.string().optional(),
};
export type GateSettings = z.output<z.ZodObject<typeof gateSettings>>;
