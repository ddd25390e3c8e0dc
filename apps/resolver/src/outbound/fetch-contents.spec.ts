import type { Asker } from '@millrace/service';
import { contentsFetcher, patienceMs } from './fetch-contents';

describe('fetching the contents of a build', () => {
  afterEach(() => jest.useRealTimers());

  it('does not wait long for a scheduler that was killed before it answered', async () => {
    jest.useFakeTimers();
    const silent = { ask: () => new Promise(() => undefined) } as unknown as Asker;
    const order = { release: 'f44', layer: 'f44/c1/1', contents: 'sha256:0' };
    const fetching = contentsFetcher(silent).run(order, { key: 'k', attempt: 1, signal: new AbortController().signal });
    const outcome = expect(fetching).rejects.toMatchObject({ code: 'service-silent', kind: 'unavailable' });
    jest.advanceTimersByTime(patienceMs(1));
    await outcome;
  });

  it('waits longer each time, so that one which is slow is heard in the end', () => {
    expect([1, 2, 3, 4, 5, 9].map(patienceMs)).toEqual([2000, 4000, 8000, 16_000, 16_000, 16_000]);
    const { timeoutMs } = contentsFetcher({ ask: () => new Promise(() => undefined) } as unknown as Asker);
    expect(timeoutMs).toBeGreaterThan(patienceMs(9));
  });
});
