import { buildSystemsSettings } from '@millrace/build-systems';
import { access, forgeSettings } from '@millrace/dist-git';
import { z } from 'zod';

function secretFile(forge: string) {
  const what = `File with the secrets of webhooks of ${forge}, one a line; \`{release}\` in its path stands for the release.`;
  return z.string().default('').describe(what);
}

const bodhiSettings = z.strictObject({
  /** Of its root, e.g. https://bodhi.fedoraproject.org. */
  address: z.url({ protocol: /^https?$/ }).max(1024),
  /** File with an OIDC access token, which somebody else renews; its user must own the side tags. */
  token_file: z.string().min(1).max(4096),
  timeout_seconds: z.coerce.number().positive().max(3600).default(60),
});

export const config = z.object({
  /** The local builder's folder; by default `build-systems/local-rpm` in the scheduler's own folder. */
  builds: z.string().default(''),
  /** Builds that the local builder runs at one time. */
  capacity: z.coerce.number().int().min(1).max(256).default(2),
  /** PATH of rpmbuild, dnf, createrepo_c and bwrap; empty: the usual system folders. */
  toolchain: z.string().default(''),
  /** Build systems beside the local one, by the names that release definitions use: Koji hubs and MBS. */
  build_systems: buildSystemsSettings
    .default({})
    .describe(
      'Build systems beside the local one, by name: Koji hubs, MBS (docs/guide-koji.md). Only in millrace.yaml.',
    ),
  /** Whose name the commits of bumps have. */
  commit_name: z.string().min(1).max(100).default('Millrace').describe('Author of bumps (nvr: commit)'),
  commit_mail: z.email().default('millrace@localhost.localdomain').describe('Mail address of the author of bumps'),
  git_access: access
    .default({ credentials: [] })
    .describe('Files with the passwords and the ssh key of git servers. Only in millrace.yaml.'),
  forges: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/), forgeSettings)
    .default({})
    .describe('Forges for pull requests (sources.…push: pull-request), by name. Only in millrace.yaml.'),
  bodhi: bodhiSettings
    .optional()
    .describe(
      'The Bodhi that landing_policy.adapter: bodhi makes updates in: address, token_file. Only in millrace.yaml.',
    ),
  /** None: no webhook of this forge is taken. */
  github_secret_file: secretFile('GitHub'),
  gitlab_secret_file: secretFile('GitLab (secret tokens, or signing tokens: `whsec_…`)'),
  forgejo_secret_file: secretFile('Forgejo and Gitea'),
  pagure_secret_file: secretFile('Pagure'),
});
export type SchedulerConfig = z.output<typeof config>;

/** Where each forge's secrets are, by its name. */
export function secretFilesOf(settings: SchedulerConfig): Readonly<Record<string, string>> {
  return {
    github: settings.github_secret_file,
    gitlab: settings.gitlab_secret_file,
    forgejo: settings.forgejo_secret_file,
    pagure: settings.pagure_secret_file,
  };
}

/** Where the files of each Koji are served, by the names of the build systems. */
export function topUrlsOf({ build_systems: systems }: SchedulerConfig): ReadonlyMap<string, string> {
  return new Map(Object.entries(systems).flatMap(([name, one]) => (one.kind === 'koji' ? [[name, one.top_url]] : [])));
}
