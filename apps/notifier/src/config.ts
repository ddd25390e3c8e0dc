import { z } from 'zod';

const address = z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default('');
const flag = z.union([z.boolean(), z.stringbool()]);

/** Section `notifier` of millrace.yaml, and MILLRACE_NOTIFIER_<KEY> over it. */
export const config = z.strictObject({
  smtp_host: z.string().min(1).max(255).default('127.0.0.1').describe('Host of the mail server.'),
  smtp_port: z.coerce.number().int().min(1).max(65_535).default(25).describe('Its port.'),
  smtp_secure: flag
    .default(false)
    .describe('TLS from the first byte (port 465). Otherwise STARTTLS is used where the server offers it.'),
  smtp_user: z.string().max(255).default('').describe('User to log in with; empty: no login.'),
  smtp_password_file: z.string().max(4096).default('').describe('File with the password of that user.'),
  from: z.string().min(3).max(320).default('Millrace <millrace@millrace.localhost>').describe('Sender of the mails.'),
  domain: z
    .string()
    .regex(/^[A-Za-z0-9.-]{1,253}$/)
    .default('millrace.localhost')
    .describe('Right side of Message-IDs. Changing it makes old threads end.'),
  resolver_url: address.describe("The resolver's HTTP address as readers reach it; empty: mails have no links to it."),
  scheduler_url: address.describe("The scheduler's, likewise."),
  ci_bridge_url: address.describe("The ci-bridge's, likewise."),
  harvester_url: address.describe("The harvester's, likewise."),
});
export type NotifierConfig = z.infer<typeof config>;
