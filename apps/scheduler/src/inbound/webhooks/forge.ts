/** A request as it came, free of any framework. */
export interface Delivery {
  /** A header by its name in small letters; undefined when it is not there, or there more than once. */
  readonly header: (name: string) => string | undefined;
  /** The body as it came: what signatures are made over. */
  readonly bytes: Uint8Array;
}

/** A push to one branch or tag of one repository. */
export interface Push {
  /** The repository's name for people, e.g. `mill/libstone`. */
  readonly repository: string;
  /** Every address that the forge gives for it. */
  readonly addresses: readonly string[];
  /** As git writes it: `refs/heads/main`, `refs/tags/v1`. */
  readonly ref: string;
  /** null: it did not exist before. */
  readonly before: string | null;
  /** null: it was deleted. */
  readonly after: string | null;
  readonly pusher: string;
  readonly commits: number;
  /** First line of the newest commit's message; null where the forge does not say it. */
  readonly title: string | null;
}

/** What a message is about: a push, or something that starts nothing, with the reason. */
export type Told = { readonly push: Push } | { readonly push: null; readonly because: string };

/** How one forge signs and writes its messages. */
export interface Forge {
  readonly name: string;
  /** Is the body signed with one of these secrets? Compares in constant time. */
  isSigned(delivery: Delivery, secrets: readonly string[]): boolean;
  /** The forge's own id of the message, the same when it is sent again; null when it has none. */
  idOf(delivery: Delivery, body: unknown): string | null;
  /** Throws a ZodError when a push is not written as the forge writes it. */
  read(delivery: Delivery, body: unknown): Told;
}

const nothing = /^0+$/;

/** A commit as forges write it: only zeros mean that there is none. */
export function commitOrNone(commit: string | null | undefined): string | null {
  return commit === null || commit === undefined || commit === '' || nothing.test(commit) ? null : commit;
}

export function firstLine(message: string | null | undefined): string | null {
  const line = message?.split('\n', 1)[0]?.trim();
  return line ? line.slice(0, 200) : null;
}
