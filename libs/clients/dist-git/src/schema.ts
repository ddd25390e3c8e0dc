import { z } from 'zod';

/** A path that may stand in git's configuration, where a shell reads it. */
const plainPath = z
  .string()
  .max(1000)
  .regex(/^\/[A-Za-z0-9_./+@:-]+$/, 'is no absolute path of letters, digits and _ . / + @ : -');

/** How repositories that are not open to everybody are reached. Secrets stand in files, and nowhere else. */
export const access = z.strictObject({
  /** For https. The file has the two lines of git's credential helpers: `username=…` and `password=…`. */
  credentials: z
    .array(
      z.strictObject({
        /** Whom it is for: `https://src.example.org`. */
        address: z.url({ protocol: /^https?$/ }).max(500),
        file: plainPath,
      }),
    )
    .max(50)
    .default([]),
  ssh: z.strictObject({ key_file: plainPath, known_hosts_file: plainPath }).optional(),
});
export type Access = z.infer<typeof access>;

export const forgeKinds = ['forgejo', 'gitlab', 'github', 'pagure'] as const;

/** The server's side that knows pull requests. */
export const forgeSettings = z.strictObject({
  kind: z.enum(forgeKinds),
  /** Its API's address: `https://codeberg.org`, `https://gitlab.com`, `https://api.github.com`, `https://src.fedoraproject.org`. */
  address: z.url({ protocol: /^https?$/ }).max(500),
  /** A file with an access token that may open pull requests, and nothing else. */
  token_file: z.string().max(1000),
});
export type ForgeSettings = z.infer<typeof forgeSettings>;

const count = z.number().int().nonnegative();

/** Forgejo and Gitea, `/api/v1/repos/{owner}/{repo}/pulls`. */
export const forgejoPull = z.object({
  number: count,
  html_url: z.string(),
  state: z.string(),
  merged: z.boolean().nullish(),
  merge_commit_sha: z.string().nullish(),
  body: z.string().nullish(),
  head: z.object({ ref: z.string() }),
  base: z.object({ ref: z.string() }),
});

/** GitHub, `/repos/{owner}/{repo}/pulls`. */
export const githubPull = z.object({
  number: count,
  html_url: z.string(),
  state: z.string(),
  merged_at: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
  body: z.string().nullish(),
  head: z.object({ ref: z.string() }),
  base: z.object({ ref: z.string() }),
});

/** GitLab, `/api/v4/projects/{id}/merge_requests`. */
export const gitlabRequest = z.object({
  iid: count,
  web_url: z.string(),
  state: z.string(),
  description: z.string().nullish(),
  source_branch: z.string(),
  target_branch: z.string(),
  merge_commit_sha: z.string().nullish(),
  squash_commit_sha: z.string().nullish(),
});

/** Pagure, `/api/0/{repo}/pull-requests`. */
export const pagureRequest = z.object({
  id: count,
  status: z.string(),
  branch: z.string(),
  branch_from: z.string().nullish(),
  initial_comment: z.string().nullish(),
  commit_stop: z.string().nullish(),
});
export const pagureRequests = z.object({
  requests: z.array(pagureRequest),
  pagination: z.object({ next: z.string().nullish() }).nullish(),
});
