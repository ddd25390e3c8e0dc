import type { KojiParts } from './settings';

/** NVRs that are asked for in one request. */
const pageSize = 100;
/** Koji gives the name of a build that failed or was cancelled to the next one; every other one is taken, deleted too. */
const free = ['FAILED', 'CANCELED'];

/** Names that the hub gives to no new build. */
export async function taken({ hub }: KojiParts, nvrs: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let n = 0; n < nvrs.length; n += pageSize) {
    const page = nvrs.slice(n, n + pageSize);
    const answers = await hub.getBuildsNamed(page);
    for (const [at, answer] of answers.entries()) {
      if (answer.ok && answer.value !== null && !free.includes(answer.value.state)) found.add(page[at]!);
    }
  }
  return found;
}
