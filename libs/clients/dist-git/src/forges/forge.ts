/** A pull request (merge request) of ours. */
export interface PullRequest {
  readonly number: number;
  /** Where people see it. */
  readonly url: string;
  readonly state: 'open' | 'merged' | 'closed';
  /** The commit that it became in the target branch, where the forge says it. */
  readonly mergedAs: string | null;
}

export interface PullRequestWanted {
  /** The project as the forge names it: `owner/name`, GitLab `group/sub/name`, Pagure `rpms/name`. */
  readonly project: string;
  /** Our branch, in the same project. */
  readonly from: string;
  readonly to: string;
  /** The line in the request's text by which it is known as this rebuild's. */
  readonly marker: string;
}

/**
 * One door for every forge. Each call may throw an AppError: `forge-unreachable` (unavailable), `forge-forbidden`
 * (forbidden), `forge-project-unknown` (missing), `forge-answer` (unavailable).
 */
export interface Forge {
  /** The request of ours for this branch, whatever has become of it; null: there is none. The newest counts. */
  find(wanted: PullRequestWanted): Promise<PullRequest | null>;
  /** Opens it, or finds it: opening twice makes one. */
  open(request: PullRequestWanted & { readonly title: string; readonly body: string }): Promise<PullRequest>;
}

/** How a forge is spoken to; `connectToForge` makes a {@link Forge} of it. */
export interface ForgeTongue {
  /** Pages of requests from `from` to `to`, or more than those; null: there is no further page. */
  page(wanted: PullRequestWanted, page: number): Promise<readonly ListedRequest[] | null>;
  /** null: the forge says that there is one already. */
  create(request: PullRequestWanted & { readonly title: string; readonly body: string }): Promise<ListedRequest | null>;
}

export interface ListedRequest extends PullRequest {
  readonly from: string;
  readonly to: string;
  readonly body: string;
}
