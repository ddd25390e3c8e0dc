import type { GroupRow, ResultRow, TestcaseRow } from '../../domain/state';

/** `base` is the API's own address, `http://127.0.0.1:4103/resultsdb/api/v2.0`. */
export function showResult(result: ResultRow, testcase: TestcaseRow | undefined, base: string) {
  return {
    id: result.number,
    testcase: showTestcase(testcase ?? { id: result.testcase, revision: 0, ref_url: null }, base),
    outcome: result.outcome,
    note: result.note,
    ref_url: result.ref_url,
    submit_time: result.submit_time,
    groups: result.groups,
    data: result.data,
    href: `${base}/results/${result.number}`,
  };
}

export function showGroup(group: GroupRow, base: string) {
  return {
    uuid: group.id,
    description: group.description,
    ref_url: group.ref_url,
    results: `${base}/results?groups=${group.id}`,
    results_count: group.results_count,
    href: `${base}/groups/${group.id}`,
  };
}

export function showTestcase(testcase: TestcaseRow, base: string) {
  return { name: testcase.id, ref_url: testcase.ref_url, href: `${base}/testcases/${testcase.id}` };
}

/** A list with links to the pages before and after; `rows` holds one more than the page when there is a next one. */
export function showPage<R>(
  rows: readonly R[],
  { page, limit }: { readonly page: number; readonly limit: number },
  url: string,
  show: (row: R) => unknown,
) {
  return {
    data: rows.slice(0, limit).map(show),
    prev: page > 0 ? pageUrl(url, page - 1) : null,
    next: rows.length > limit ? pageUrl(url, page + 1) : null,
  };
}

/** The request's own URL with another page, its other parameters untouched. */
function pageUrl(url: string, page: number): string {
  if (/[?&]page=\d+/.test(url)) return url.replace(/([?&])page=\d+/, `$1page=${page}`);
  return `${url}${url.includes('?') ? '&' : '?'}page=${page}`;
}
