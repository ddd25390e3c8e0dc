import { z } from 'zod';
import { webSettings, type WebSettings } from './outbound/web/settings';

/** Section `resolver` of millrace.yaml, and MILLRACE_RESOLVER_<KEY> over it. */
export const config = z.strictObject({
  sandbox: z
    .string()
    .max(4096)
    .default('')
    .describe("Folder for the sandbox that reads specs; a local builder's folder will do. Empty: one of its own."),
  specs_at_once: z.coerce.number().int().min(1).max(64).default(2).describe('Specs that are read at one time.'),
  patience_seconds: z.coerce
    .number()
    .int()
    .min(1)
    .max(55)
    .default(45)
    .describe('How long a question waits for a running import.'),
  proxy: z
    .union([z.literal(''), z.url({ protocol: /^https?$/ })])
    .default('')
    .describe('Proxy through which repositories of the web are read. Empty: none.'),
  ca_file: z
    .string()
    .max(4096)
    .default('')
    .describe(
      "PEM file of the certificate authorities that repositories of the web are trusted by. Empty: Node's own.",
    ),
  silence_seconds: z.coerce
    .number()
    .int()
    .min(1)
    .max(3600)
    .default(60)
    .describe('Longest silence of a web server that is borne when a repository is read.'),
});
export type ResolverConfig = z.infer<typeof config>;

/** How repositories of the web are reached. */
export function webSettingsOf(config: ResolverConfig): WebSettings {
  return {
    ...webSettings,
    proxy: config.proxy || null,
    caFile: config.ca_file || null,
    silenceMs: config.silence_seconds * 1000,
  };
}
