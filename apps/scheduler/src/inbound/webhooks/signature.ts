import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Compares in a time that says nothing about where the texts differ, nor how long the secret one is. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

/** Is `given` the HMAC of the bytes in hexadecimal under one of the secrets? */
export function isHexHmac(
  algorithm: 'sha1' | 'sha256' | 'sha512',
  secrets: readonly string[],
  bytes: Uint8Array,
  given: string,
): boolean {
  const right = secrets.map((secret) => createHmac(algorithm, secret).update(bytes).digest('hex'));
  return right.filter((one) => sameText(one, given.toLowerCase())).length > 0;
}
