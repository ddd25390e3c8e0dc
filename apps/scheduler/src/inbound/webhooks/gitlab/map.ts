import { createHmac } from 'node:crypto';
import { commitOrNone, firstLine, type Delivery, type Forge, type Told } from '../forge';
import { sameText } from '../signature';
import { gitlabPush } from './schema';

/** How GitLab writes a signing token: the key in base64 behind this. */
const signing = 'whsec_';

/**
 * GitLab: the secret token itself in X-Gitlab-Token; or, with a signing token, a signature over id, time and body in
 * `webhook-signature` (Standard Webhooks).
 */
export const gitlab: Forge = {
  name: 'gitlab',
  isSigned: (delivery, secrets) => {
    const keys = secrets.filter((secret) => secret.startsWith(signing));
    return isStandardSigned(delivery, keys) || hasToken(delivery, secrets);
  },
  idOf: (delivery) =>
    delivery.header('webhook-id') ??
    delivery.header('idempotency-key') ??
    delivery.header('x-gitlab-event-uuid') ??
    null,
  read,
};

function hasToken(delivery: Delivery, secrets: readonly string[]): boolean {
  const token = delivery.header('x-gitlab-token');
  if (token === undefined) return false;
  // A signing token is never sent: who sends one has seen the file, but GitLab has not sent it.
  const tokens = secrets.filter((secret) => !secret.startsWith(signing));
  return tokens.filter((secret) => sameText(secret, token)).length > 0;
}

function isStandardSigned(delivery: Delivery, secrets: readonly string[]): boolean {
  const id = delivery.header('webhook-id');
  const time = delivery.header('webhook-timestamp');
  const given = (delivery.header('webhook-signature') ?? '').split(' ').slice(0, 10);
  if (id === undefined || time === undefined) return false;
  const right = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(signing.length), 'base64');
    const hmac = createHmac('sha256', key).update(`${id}.${time}.`).update(delivery.bytes);
    return `v1,${hmac.digest('base64')}`;
  });
  return right.filter((one) => given.filter((other) => sameText(one, other)).length > 0).length > 0;
}

function read(delivery: Delivery, body: unknown): Told {
  const event = delivery.header('x-gitlab-event') ?? 'of no kind';
  const kind = (body as { object_kind?: unknown } | null)?.object_kind;
  if (kind !== 'push') return { push: null, because: `an event '${event.slice(0, 100)}' changes no source` };
  const push = gitlabPush.parse(body);
  const { path_with_namespace, git_http_url, git_ssh_url, web_url } = push.project;
  const after = commitOrNone(push.after);
  const newest = push.commits.find((commit) => commit.id === after) ?? push.commits.at(-1);
  return {
    push: {
      repository: path_with_namespace,
      addresses: [git_http_url, git_ssh_url, web_url].filter((one) => typeof one === 'string'),
      ref: push.ref,
      before: commitOrNone(push.before),
      after,
      pusher: push.user_username ?? push.user_name ?? 'somebody',
      commits: push.total_commits_count ?? push.commits.length,
      title: firstLine(newest?.message),
    },
  };
}
