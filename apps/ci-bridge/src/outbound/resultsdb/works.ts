import type { WorkKind } from '@millrace/engine';
import { AppError } from '@millrace/kernel';
import type { Page, ResultsDbClient, StoredResult } from '@millrace/resultsdb';
import { forwardKind, type ForwardOrder } from '../../domain/forward';
import type { Input, ResultDraft } from '../../domain/input';
import { pollKind, type PollOrder } from '../../domain/intake';
import { parseStamp, type Stamp } from '../../domain/stamp';

const patienceMs = 60_000;
const pageSize = 100;
const mostPages = 10;

/** Posts results to somebody else's ResultsDB, each once; `client` is null when the settings no longer name one. */
export function forwarder(client: ResultsDbClient | null): WorkKind<ForwardOrder, number, Input> {
  return {
    kind: forwardKind,
    concurrency: 8,
    timeoutMs: patienceMs,
    tries: 1,
    run: async ({ key, result }, { signal }) => {
      if (!client) throw unset('forward_to');
      return (await client.postOnce(result, key, signal)).id;
    },
    toInput: (order, outcome) => ({
      type: 'result-forwarded',
      forwarded: {
        id: order.id,
        order,
        outcome: outcome.ok
          ? { remote: outcome.value }
          : { because: outcome.fault.message, final: outcome.fault.kind === 'invalid' },
      },
    }),
  };
}

interface Polled {
  readonly drafts: readonly ResultDraft[];
  readonly cursor: Stamp | null;
}

/** Asks somebody else's ResultsDB for what is new. `map` keeps apart what cannot be a result here. */
export function poller(
  clients: ReadonlyMap<string, ResultsDbClient>,
  map: (name: string, results: readonly StoredResult[]) => Promise<readonly ResultDraft[]>,
): WorkKind<PollOrder, Polled, Input> {
  return {
    kind: pollKind,
    concurrency: 4,
    timeoutMs: patienceMs,
    tries: 1,
    run: async ({ name, since }, { signal }) => {
      const client = clients.get(name);
      if (!client) throw unset(`resultsdb_sources.${name}`);
      const results = await allSince(client, since, signal);
      const newest = results.at(-1)?.submit_time ?? null;
      return { drafts: await map(name, results), cursor: newest === null ? null : parseStamp(newest) };
    },
    toInput: ({ name }, outcome) => ({
      type: 'results-polled',
      name,
      ...(outcome.ok ? outcome.value : { drafts: [], cursor: null }),
    }),
  };
}

/** The oldest pages first; what does not fit is asked for at the next turn. */
async function allSince(client: ResultsDbClient, since: string, signal: AbortSignal): Promise<readonly StoredResult[]> {
  const results: StoredResult[] = [];
  for (let page = 0; page < mostPages; page++) {
    const found: Page = await client.since(since, page, pageSize, signal);
    results.push(...found.results);
    if (!found.more) break;
  }
  return results;
}

function unset(setting: string): AppError {
  return new AppError({
    code: 'resultsdb-unset',
    kind: 'unavailable',
    message: `the setting ${setting} is no longer there`,
    remedy: 'set it again, and it goes on',
  });
}
