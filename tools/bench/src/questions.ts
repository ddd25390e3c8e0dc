import { doors, type DoorRequest } from '@millrace/contracts';
import type { Client } from '@millrace/admin-client';

export const release = 'bookworm';

/** The ten that reach furthest. */
export const big = ['python3-defaults', 'perl', 'zlib', 'ghc', 'openssl', 'ocaml', 'icu', 'glibc', 'gcc-12', 'libxml2'];

type Reach = DoorRequest<typeof doors.resolver.reach>;

/** Milliseconds from the request to the last byte of its answer. */
export async function timed(resolver: string, request: Reach): Promise<number> {
  const started = performance.now();
  const answer = await fetch(`${resolver}${doors.resolver.reach.http.path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  const bytes = await answer.arrayBuffer();
  const took = performance.now() - started;
  if (!answer.ok) throw new Error(`${answer.status}: ${Buffer.from(bytes).toString().slice(0, 500)}`);
  return took;
}

/** Ids of all components, and 300 of them by a seeded choice. */
export async function randomComponents(client: Client, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let offset = 0; ; offset += 10_000) {
    const page = { release, text: 'deb/', limit: 10_000, offset };
    const { found } = await client.call(doors.resolver.search, page);
    ids.push(...found.filter((one) => one.what === 'component').map((one) => one.name));
    if (found.length < 10_000) break;
  }
  let seed = 42;
  const next = (): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32;
  return Array.from({ length: count }, () => ids[Math.floor(next() * ids.length)]!);
}

export function quantile(times: readonly number[], part: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!);
}

export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
