import { serveJson } from '@millrace/testing/http';
import type { Waiver, WaiverFilter } from '../schema';

/** A WaiverDB that has what it was given. */
export interface FakeWaiverDb {
  readonly url: string;
  has(waiver: Partial<Waiver> & Pick<Waiver, 'subject_identifier' | 'testcase' | 'product_version'>): Waiver;
  /** From now on it answers every question with this status; 200: as usual. */
  fails(status: number): void;
  stop(): Promise<void>;
}

export async function startFakeWaiverDb(): Promise<FakeWaiverDb> {
  const kept: Waiver[] = [];
  let failing = 200;
  const server = await serveJson((request, text) => {
    const isFiltered = request.method === 'POST' && request.url === '/api/v1.0/waivers/+filtered';
    const status = failing !== 200 ? failing : isFiltered ? 200 : 404;
    const body = status === 200 ? { data: filtered(kept, JSON.parse(text) as Asked) } : { message: 'no' };
    return { status, body };
  });
  return {
    url: `${server.url}/api/v1.0`,
    has: (given) => {
      const waiver: Waiver = {
        ...{ id: kept.length + 1, subject_type: 'koji_build', scenario: null, username: 'ada', proxied_by: null },
        ...{ waived: true, comment: 'fine', timestamp: '2026-01-31T09:30:00.000000' },
        ...given,
      };
      kept.push(waiver);
      return waiver;
    },
    fails: (status) => void (failing = status),
    stop: () => server.stop(),
  };
}

interface Asked {
  readonly filters: readonly WaiverFilter[];
}

/** The newest of each subject, test case and scenario that a filter fits. */
function filtered(kept: readonly Waiver[], { filters }: Asked): readonly Waiver[] {
  const newest = new Map(
    kept.map((one) => [JSON.stringify([one.subject_type, one.subject_identifier, one.testcase, one.scenario]), one]),
  );
  const fits = (waiver: Waiver) => (filter: WaiverFilter) =>
    Object.entries(filter).every(([key, value]) => waiver[key] === value);
  return [...newest.values()].filter((one) => filters.some(fits(one))).reverse();
}
