import { commitOrNone, firstLine, type Delivery, type Forge, type Told } from '../forge';
import { isHexHmac } from '../signature';
import { forgejoPush } from './schema';

/** Forgejo, and Gitea where it comes from: HMAC-SHA256 of the body in X-Forgejo-Signature, in hexadecimal. */
export const forgejo: Forge = {
  name: 'forgejo',
  isSigned: (delivery, secrets) => {
    const given = either(delivery, 'signature') ?? '';
    return /^[0-9a-f]{64}$/i.test(given) && isHexHmac('sha256', secrets, delivery.bytes, given);
  },
  idOf: (delivery) => either(delivery, 'delivery') ?? null,
  read,
};

function either(delivery: Delivery, name: string): string | undefined {
  return delivery.header(`x-forgejo-${name}`) ?? delivery.header(`x-gitea-${name}`);
}

function read(delivery: Delivery, body: unknown): Told {
  const event = either(delivery, 'event') ?? 'of no kind';
  if (event !== 'push') return { push: null, because: `an event '${event.slice(0, 100)}' changes no source` };
  const { repository, pusher, ...push } = forgejoPush.parse(body);
  const { full_name, clone_url, ssh_url, html_url } = repository;
  return {
    push: {
      repository: full_name,
      addresses: [clone_url, ssh_url, html_url].filter((one) => typeof one === 'string'),
      ref: push.ref,
      before: commitOrNone(push.before),
      after: commitOrNone(push.after),
      pusher: pusher?.login ?? pusher?.username ?? 'somebody',
      commits: push.total_commits ?? push.commits?.length ?? 0,
      title: firstLine(push.head_commit?.message ?? push.commits?.[0]?.message),
    },
  };
}
