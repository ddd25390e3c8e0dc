import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Proof } from './adapter';

export interface Proven {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** `?token=…` of the address. */
  readonly token: string | null;
  readonly raw: Uint8Array;
  readonly body: unknown;
}

/** Did somebody who has the secret send this? In a time that tells nothing about the secret. */
export function isProven(proof: Proof, secret: string, given: Proven): boolean {
  if (proof.kind === 'token') return hasToken(proof.headers, secret, given);
  return isSigned(proof, secret, given) || (proof.orBearer === true && hasToken([], secret, given));
}

function isSigned({ headers: names }: Proof, secret: string, { headers, raw }: Proven): boolean {
  const expected = createHmac('sha256', secret).update(raw).digest('hex');
  return names.some((name) => same((headers[name] ?? '').replace(/^sha256=/, '').toLowerCase(), expected));
}

function hasToken(names: readonly string[], secret: string, { headers, token, body }: Proven): boolean {
  const bearer = /^Bearer (\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
  // Testing Farm says the token of a request in the message itself.
  const said = typeof body === 'object' && body !== null ? (body as { readonly token?: unknown }).token : null;
  const candidates = [...names.map((name) => headers[name]), bearer, token, said];
  return candidates.filter((one): one is string => typeof one === 'string').some((one) => same(one, secret));
}

function same(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', 'comparison').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
