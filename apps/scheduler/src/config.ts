import { buildSystemsSettings } from '@millrace/build-systems';
import { z } from 'zod';

const secretFile = z.string().default('');

export const config = z.object({
  /** The local builder's folder; by default `build-systems/local-rpm` in the scheduler's own folder. */
  builds: z.string().default(''),
  /** Builds that the local builder runs at one time. */
  capacity: z.coerce.number().int().min(1).max(256).default(2),
  /** PATH of rpmbuild, dnf, createrepo_c and bwrap; empty: the usual system folders. */
  toolchain: z.string().default(''),
  /** Build systems beside the local one, by the names that release definitions use: Koji hubs and MBS. */
  build_systems: buildSystemsSettings.default({}),
  /** File with the secrets of GitHub's webhooks, one a line; `{release}` in its path stands for the release. */
  github_secret_file: secretFile,
  /** The same for GitLab: secret tokens, or signing tokens (`whsec_…`). */
  gitlab_secret_file: secretFile,
  /** The same for Forgejo and Gitea. */
  forgejo_secret_file: secretFile,
  /** The same for Pagure. */
  pagure_secret_file: secretFile,
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
