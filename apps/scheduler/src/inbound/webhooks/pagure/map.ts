import { commitOrNone, type Delivery, type Forge, type Told } from '../forge';
import { isHexHmac } from '../signature';
import { pagureMessage, pagureReceive } from './schema';

const algorithms = { 40: 'sha1', 64: 'sha256', 128: 'sha512' } as const;

/**
 * Pagure: HMAC of the body in hexadecimal, SHA-256 in X-Pagure-Signature-256, and in X-Pagure-Signature SHA-1 (newer
 * ones: SHA-512). Where there are several, all must be right.
 */
export const pagure: Forge = {
  name: 'pagure',
  isSigned: (delivery, secrets) => {
    const given = [delivery.header('x-pagure-signature-256'), delivery.header('x-pagure-signature')];
    const signatures = given.filter((one) => one !== undefined);
    return signatures.length > 0 && signatures.every((one) => isRight(one, delivery, secrets));
  },
  // Its id stands in the body, which is signed.
  idOf: (_, body) => pagureReceive.parse(body).msg_id ?? null,
  read,
};

function isRight(given: string, { bytes }: Delivery, secrets: readonly string[]): boolean {
  const algorithm = algorithms[given.length as keyof typeof algorithms];
  return algorithm !== undefined && isHexHmac(algorithm, secrets, bytes, given);
}

function read(_: Delivery, body: unknown): Told {
  const { topic } = pagureMessage.parse(body);
  if (topic !== 'git.receive') return { push: null, because: `a message '${topic}' changes no source` };
  const { msg } = pagureReceive.parse(body);
  const built = `${msg.pagure_instance.replace(/\/+$/, '')}/${msg.project_fullname}`;
  return {
    push: {
      repository: msg.project_fullname,
      addresses: [built, msg.repo?.full_url].filter((one) => typeof one === 'string'),
      ref: msg.branch.startsWith('refs/') ? msg.branch : `refs/heads/${msg.branch}`,
      before: commitOrNone(msg.old_commit),
      after: commitOrNone(msg.end_commit),
      pusher: msg.agent ?? 'somebody',
      commits: msg.total_commits,
      title: null,
    },
  };
}
