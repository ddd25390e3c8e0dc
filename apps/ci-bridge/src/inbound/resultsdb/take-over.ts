import type { StoredResult } from '@millrace/resultsdb';
import { z } from 'zod';
import type { ResultDraft } from '../../domain/input';
import { takeIn, type IntakeParts, type Taken } from '../intake';
import { mapForeignResult } from './map';

const remedy = 'let the bridge know the outcome (setting outcomes), or drop it';

/** Results of somebody else's ResultsDB as ours; what cannot be one goes to quarantine and stops nobody. */
export async function mapForeignResults(
  parts: IntakeParts,
  name: string,
  results: readonly StoredResult[],
): Promise<readonly ResultDraft[]> {
  const drafts: ResultDraft[] = [];
  for (const result of results) {
    try {
      const draft = mapForeignResult(name, result, parts.outcomes);
      if (!draft) continue;
      parts.heard(`resultsdb/${name}`, draft);
      drafts.push(draft);
    } catch (thrown) {
      if (!(thrown instanceof z.ZodError)) throw thrown;
      await takeOver(parts, name, result);
    }
  }
  return drafts;
}

/** One result that was told by a message, or is replayed. */
export function takeOver(parts: IntakeParts, name: string, body: unknown): Promise<Taken> {
  const origin = `resultsdb/${name}`;
  const letter = { origin, who: origin, content: JSON.stringify(body), what: 'ResultsDB result', remedy };
  return takeIn(parts, letter, () => {
    const draft = mapForeignResult(name, body, parts.outcomes);
    return Promise.resolve(draft ? [draft] : { ignored: 'it was posted from here' });
  });
}
