import { subjectTypeOf, type Policy, type Subject, type SubjectType } from '@millrace/gate-policy';
import type { Stamp } from '../domain/stamp';
import type { ResultRow } from '../domain/state';
import type { BridgeRead } from './read';

/** A build that results are known of, and that no gate was asked about. */
export interface TestedSubject {
  readonly subject: Subject;
  /** Of its newest result. */
  readonly at: Stamp;
}

/** Results that are looked through at most, the newest first. */
const mostResults = 200_000;
const page = 2000;

/** What results that came since then are about, the newest first, without the names that are known already. */
export async function subjectsOfResults(
  read: Pick<BridgeRead, 'results'>,
  wanted: { readonly from: Stamp; readonly limit: number; readonly known: ReadonlySet<string> },
  types: readonly SubjectType[],
): Promise<readonly TestedSubject[]> {
  const found = new Map<string, TestedSubject>();
  let until: Stamp | undefined;
  for (let seen = 0; seen < mostResults && found.size < wanted.limit;) {
    const period = { from: wanted.from, ...(until === undefined ? {} : { until }) };
    const rows = await read.results.where({ submit_time: period }, { orderBy: '-submit_time', limit: page });
    const tested = rows.flatMap((row) =>
      subjectsIn(row.data, types).map((subject) => ({ subject, at: row.submit_time })),
    );
    for (const one of tested.filter(({ subject }) => !wanted.known.has(subject.item))) {
      const key = `${one.subject.type.id} ${one.subject.item}`;
      if (!found.has(key)) found.set(key, one);
    }
    const last = rows.at(-1)?.submit_time;
    if (rows.length < page || last === until) break;
    until = last;
    seen += rows.length;
  }
  return [...found.values()].slice(0, wanted.limit);
}

/** The product versions that policies may be asked about for a subject: what its name says, else those that they name. */
export function productVersionsOf({ type, item }: Subject, policies: readonly Policy[]): readonly string[] {
  const said = type.productVersion ?? versionIn(item);
  return said === null ? [...new Set(policies.flatMap(({ productVersions }) => productVersions))] : [said];
}

function subjectsIn(data: ResultRow['data'], types: readonly SubjectType[]): readonly Subject[] {
  const composes = data['productmd.compose.id'] ?? [];
  if (composes.length > 0) return composes.map((item) => ({ type: subjectTypeOf('compose', types), item }));
  const [name] = data['type'] ?? [];
  if (name === undefined) return [];
  const type = subjectTypeOf(name, types);
  return ((type.itemKey === 'nvr' ? data['nvr'] : undefined) ?? data['item'] ?? []).map((item) => ({ type, item }));
}

/** As Greenwave reads names: `.fc41` is fedora-41, `.el9` rhel-9, a compose Fedora-41-… fedora-41. */
function versionIn(item: string): string | null {
  if (/^Fedora-Rawhide-/.test(item)) return 'fedora-rawhide';
  const [, fedora = null] = /^Fedora-(\d+)-/.exec(item) ?? /\.fc(\d+)\b/.exec(item) ?? [];
  if (fedora !== null) return `fedora-${fedora}`;
  const [, enterprise = null] = /\.el(\d+)(?:_|\b)/.exec(item) ?? [];
  return enterprise === null ? null : `rhel-${enterprise}`;
}
