import { crop, dataOf } from '../domain/bounds';
import type { ResultDraft } from '../domain/input';
import { uuidOf } from '../domain/uuid';
import type { Found } from './adapter';
import { wrong } from './wrong';

const longestTestcase = 255;
const longestUrl = 2048;
/** Results of one message or file. */
const most = 1000;

/** What an adapter found, with every size bounded, as results of a source. */
export function draftsOf(source: string, found: readonly Found[], outcomes: readonly string[]): readonly ResultDraft[] {
  if (found.length > most) throw wrong([], `has ${found.length} results; at most ${most} are taken at a time`);
  return found.map((one) => draftOf(source, one, outcomes));
}

function draftOf(source: string, found: Found, outcomes: readonly string[]): ResultDraft {
  const { testcase, testcaseUrl, outcome, url, note, run } = found;
  if (testcase === '') throw wrong(['testcase'], 'is empty');
  if (!outcomes.includes(outcome))
    throw wrong(['outcome'], `is '${crop(outcome, 40)}', not one of ${outcomes.join(', ')}`);
  return {
    source: `${source}:${crop(found.key, 500)}`,
    testcase: {
      name: crop(testcase, longestTestcase),
      ...(testcaseUrl ? { ref_url: crop(testcaseUrl, longestUrl) } : {}),
    },
    outcome,
    ref_url: url ? crop(url, longestUrl) : null,
    note: note ? crop(note) : null,
    groups: run ? [{ uuid: uuidOf(run), ref_url: crop(run, longestUrl) }] : [],
    data: dataOf(found.data),
    submit_time: null,
    occurred: found.occurred,
    release: null,
  };
}
