import { commitOrNone, firstLine, type Delivery, type Forge, type Told } from '../forge';
import { isHexHmac } from '../signature';
import { githubPush } from './schema';

/** GitHub: HMAC-SHA256 of the body in X-Hub-Signature-256, as `sha256=<hex>`. */
export const github: Forge = {
  name: 'github',
  isSigned: (delivery, secrets) => {
    const given = /^sha256=([0-9a-f]{64})$/i.exec(delivery.header('x-hub-signature-256') ?? '')?.[1];
    return given !== undefined && isHexHmac('sha256', secrets, delivery.bytes, given);
  },
  idOf: (delivery) => delivery.header('x-github-delivery') ?? null,
  read,
};

function read(delivery: Delivery, body: unknown): Told {
  const event = delivery.header('x-github-event') ?? 'of no kind';
  if (event === 'ping') return { push: null, because: 'a ping: the webhook works' };
  if (event !== 'push') return { push: null, because: `an event '${event}' changes no source` };
  const { repository, ...push } = githubPush.parse(body);
  const { full_name, clone_url, ssh_url, git_url, html_url } = repository;
  return {
    push: {
      repository: full_name,
      addresses: [clone_url, ssh_url, git_url, html_url].filter((one) => one !== undefined),
      ref: push.ref,
      before: commitOrNone(push.before),
      after: push.deleted ? null : commitOrNone(push.after),
      pusher: push.pusher.name,
      commits: push.commits.length,
      title: firstLine(push.head_commit?.message),
    },
  };
}
