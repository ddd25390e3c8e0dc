import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Delivery } from '../forge';

/** A message as a forge sends it. */
export interface Sent {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export const secret = 'a secret of the mill';
/** 32 bytes in base64, as GitLab makes signing tokens. */
export const signingToken = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

export function fixture(forge: string, name: string): Buffer {
  return readFileSync(join(__dirname, '..', forge, 'fixtures', `${name}.json`));
}

/** A push to `main` of libstone from each forge, signed as that forge signs. */
export const pushes: Readonly<Record<string, (bytes?: Buffer, id?: string) => Sent>> = {
  github: (bytes = fixture('github', 'push'), id = '72d3162e-cc78-11e3-81ab-4c9367dc0958') => ({
    bytes,
    headers: {
      'x-github-event': 'push',
      'x-github-delivery': id,
      'x-hub-signature-256': `sha256=${hex('sha256', bytes)}`,
    },
  }),
  gitlab: (bytes = fixture('gitlab', 'push'), id = '13792a34-cac6-4fda-95a8-c58e00a3954e') => ({
    bytes,
    headers: { 'x-gitlab-event': 'Push Hook', 'x-gitlab-event-uuid': id, 'x-gitlab-token': secret },
  }),
  forgejo: (bytes = fixture('forgejo', 'push'), id = 'f6266f16-1bf3-46a5-9ea4-602e06ead473') => ({
    bytes,
    headers: { 'x-forgejo-event': 'push', 'x-forgejo-delivery': id, 'x-forgejo-signature': hex('sha256', bytes) },
  }),
  pagure: (bytes = fixture('pagure', 'receive')) => ({
    bytes,
    headers: {
      'x-pagure-topic': 'git.receive',
      'x-pagure-signature': hex('sha1', bytes),
      'x-pagure-signature-256': hex('sha256', bytes),
    },
  }),
};

export function hex(algorithm: string, bytes: Uint8Array, key = secret): string {
  return createHmac(algorithm, key).update(bytes).digest('hex');
}

/** The headers of GitLab's signed form. */
export function standardHeaders(bytes: Uint8Array, id: string, time: string): Readonly<Record<string, string>> {
  const key = Buffer.from(signingToken.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${time}.`).update(bytes).digest('base64');
  return {
    'x-gitlab-event': 'Push Hook',
    'webhook-id': id,
    'webhook-timestamp': time,
    'webhook-signature': `v1,${signature}`,
  };
}

export function delivered({ bytes, headers }: Sent): Delivery {
  return { bytes, header: (name) => headers[name] };
}
