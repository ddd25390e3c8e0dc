import { doors, type DoorRequest } from '@millrace/contracts';
import type { Client } from '@millrace/admin-client';
import { Agent, request } from 'node:http';

export const release = 'bookworm';

/** The ten that reach furthest. */
export const big = ['python3-defaults', 'perl', 'zlib', 'ghc', 'openssl', 'ocaml', 'icu', 'glibc', 'gcc-12', 'libxml2'];

type Reach = DoorRequest<typeof doors.resolver.reach>;

/** As a client does that asks more than once. */
const agent = new Agent({ keepAlive: true, maxSockets: 100 });

/** Milliseconds from the request to the last byte of its answer. */
export function timed(resolver: string, question: Reach): Promise<number> {
  const body = JSON.stringify(question);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const asked = request(`${resolver}${doors.resolver.reach.http.path}`, { method: 'POST', agent, headers });
    asked.on('error', reject);
    asked.on('response', (answer) => {
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(performance.now() - started);
        else reject(new Error(`${question.changed.join(' ')} was answered with ${answer.statusCode}`));
      });
      answer.resume();
    });
    asked.end(body);
  });
}

/** Ids of all components, and some of them by a seeded choice. */
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
