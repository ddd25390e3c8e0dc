import { AppError, digestOf, sha256, type ComponentId } from '@millrace/kernel';
import { ZodError } from 'zod';
import type { Input } from '../../domain/input';
import type { Delivery, Forge, Push, Told } from './forge';
import { forges } from './registry';
import { secretsOf, type SecretFiles } from './secrets';

/** A component whose source a push went to. */
export interface TrackedSource {
  readonly component: ComponentId;
  readonly url: string;
  readonly branch: string;
}

/** What the sources and the graph of a release say about the addresses of a repository. */
export interface Tracked {
  readonly sources: readonly TrackedSource[];
  /** Would be a source by its address, but the graph does not know the component. */
  readonly unknown: readonly { readonly component: string; readonly hint: string }[];
}

export interface WebhookReply {
  readonly outcome: 'accepted' | 'ignored';
  readonly change: string | null;
  readonly components: readonly ComponentId[];
  readonly because: string;
}

export interface Receiving {
  readonly secretFiles: SecretFiles;
  /** @throws AppError `release-unknown` */
  tracked(release: string, addresses: readonly string[]): Promise<Tracked>;
  take(input: Input, meta: { readonly id: string; readonly who: string }): Promise<unknown>;
}

const releaseName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * Takes a message of a forge: its signature is checked over the bytes before anything of it is read. A push to a
 * tracked branch becomes one input, the same however often it is sent; everything else is ignored with the reason.
 *
 * @throws AppError `forge-unknown`, `webhook-secret-missing`, `webhook-signature-wrong`, `webhook-malformed`,
 * `release-unknown`
 */
export async function receive(
  receiving: Receiving,
  forgeName: string,
  release: string,
  delivery: Delivery,
): Promise<WebhookReply> {
  const forge = forgeNamed(forgeName);
  if (!releaseName.test(release)) throw unknownRelease(release);
  const secrets = secretsOf(receiving.secretFiles, forge.name, release);
  if (!forge.isSigned(delivery, secrets)) throw wronglySigned(forge);
  const { told, body } = readBody(forge, delivery);
  const tracked = await receiving.tracked(release, told.push?.addresses ?? []);
  if (told.push === null) return ignored(told.because);
  const verdict = pushedCommit(told.push, tracked, release);
  if ('because' in verdict) return ignored(verdict.because);
  const id = idOf(forge, delivery, body);
  const who = `${forge.name}:${told.push.pusher}`.slice(0, 200);
  const input: Input = {
    type: 'push.received',
    release,
    message: { source: forge.name, id },
    pushes: verdict.sources.map(({ component, url }) => ({ component, url, commit: verdict.commit })),
    before: told.push.before,
    by: who,
    why: whyOf(told.push),
  };
  return (await receiving.take(input, { id: `webhook/${forge.name}/${release}/${id}`, who })) as WebhookReply;
}

/** The commit that a push made the head of a tracked branch, or why it is of no interest. */
function pushedCommit(
  push: Push,
  { sources, unknown }: Tracked,
  release: string,
): { readonly commit: string; readonly sources: readonly TrackedSource[] } | { readonly because: string } {
  const name = push.repository.slice(0, 200);
  if (sources.length === 0) {
    const hints = unknown.map((one) => `the graph does not know ${one.component}: ${one.hint}`);
    const where = `repository ${name} (${(push.addresses[0] ?? 'no address').slice(0, 300)})`;
    return { because: hints[0] ? `${where}: ${hints[0]}` : `${where} is no source of release ${release}` };
  }
  const branch = /^refs\/heads\/(.+)$/.exec(push.ref)?.[1];
  if (branch === undefined) return { because: `${push.ref.slice(0, 200)} of ${name} is no branch` };
  const followed = sources.filter((one) => one.branch === branch);
  if (followed.length === 0) {
    return { because: `release ${release} follows branch ${sources[0]!.branch} of ${name}, not ${branch}` };
  }
  if (push.after === null) return { because: `branch ${branch} of ${name} was deleted` };
  if (!/^[0-9a-f]{40}$/.test(push.after)) {
    return { because: `the commits of ${name} are no SHA-1: ${push.after.slice(0, 64)}` };
  }
  return { commit: push.after, sources: followed };
}

function whyOf({ repository, ref, commits, title, after }: Push): string {
  const branch = ref.replace(/^refs\/heads\//, '');
  const many = commits === 1 ? '1 commit' : `${commits} commits`;
  const words = `${many} pushed to ${branch} of ${repository}, now ${after!.slice(0, 8)}`;
  return (title ? `${words}: ${title}` : words).slice(0, 500);
}

function readBody(forge: Forge, delivery: Delivery): { readonly told: Told; readonly body: unknown } {
  try {
    const body: unknown = JSON.parse(Buffer.from(delivery.bytes).toString('utf8'));
    return { told: forge.read(delivery, body), body };
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError || thrown instanceof ZodError)) throw thrown;
    throw new AppError({
      code: 'webhook-malformed',
      kind: 'invalid',
      message: `this is no message of ${forge.name}: ${problemOf(thrown)}`,
      remedy: `let the webhook send JSON (application/json) as ${forge.name} writes it`,
      cause: thrown,
    });
  }
}

function problemOf(thrown: SyntaxError | ZodError): string {
  if (thrown instanceof SyntaxError) return 'it is no JSON';
  const issue = thrown.issues[0]!;
  return `${issue.path.join('.') || 'the body'}: ${issue.message}`;
}

/** A message without an id of its own is known by its content. */
function idOf(forge: Forge, delivery: Delivery, body: unknown): string {
  const id = forge.idOf(delivery, body) ?? sha256(delivery.bytes);
  return /^[\x21-\x7e]{1,100}$/.test(id) ? id : digestOf(id).slice(7);
}

function forgeNamed(name: string): Forge {
  const found = forges.find((forge) => forge.name === name);
  if (found) return found;
  throw new AppError({
    code: 'forge-unknown',
    kind: 'missing',
    message: `there is no forge '${name.slice(0, 80)}'`,
    remedy: `send to /hooks/v1/<forge>/<release> with one of ${forges.map((forge) => forge.name).join(', ')}`,
  });
}

function unknownRelease(name: string): AppError {
  return new AppError({
    code: 'release-unknown',
    kind: 'missing',
    message: `there is no release ${name.slice(0, 80)}`,
    remedy: 'look at `millrace release list`',
  });
}

function wronglySigned(forge: Forge): AppError {
  return new AppError({
    code: 'webhook-signature-wrong',
    kind: 'forbidden',
    message: `the message is not signed with the webhook's secret for ${forge.name}`,
    remedy: `give the webhook in ${forge.name} the secret that ${forge.name}_secret_file names`,
  });
}

function ignored(because: string): WebhookReply {
  return { outcome: 'ignored', change: null, components: [], because };
}
