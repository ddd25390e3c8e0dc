import type { Subject } from '@millrace/contracts';
import type { ResultRow, VerdictRow } from './state';

type Data = ResultRow['data'];

/** Data keys whose values name what a result is about. */
export const nameKeys = ['item', 'nvr', 'nsvc', 'original_spec_nvr', 'productmd.compose.id'] as const;
/** Data keys whose values name the build itself. */
const buildKeys = ['build', 'brew_task_id', 'mbs_id'] as const;

/** One thing, many spellings: Koji's, Brew's and the CI messages' words for a type of subject. */
const families: readonly (readonly string[])[] = [
  ['koji-build', 'brew-build'],
  ['koji-build-group', 'brew-build-group'],
  ['redhat-module', 'fedora-module'],
  ['redhat-container-image', 'container-image'],
  ['compose', 'productmd-compose'],
];

export function sameType(a: string, b: string): boolean {
  return familyOf(a) === familyOf(b);
}

function familyOf(type: string): string {
  const plain = type.toLowerCase().replace(/_/g, '-');
  return families.find((family) => family.includes(plain))?.[0] ?? plain;
}

/** Every name that a subject goes by: draft and final NVR are aliases and decide alike. */
export function namesOf(subject: Subject): readonly string[] {
  return [...new Set([subject.id, ...subject.aliases])];
}

export function namesIn(data: Data): readonly string[] {
  return [...new Set(nameKeys.flatMap((key) => data[key] ?? []))];
}

/** Is the result about this build? Results that name no build count from the build's end on. */
export function isAbout(result: ResultRow, verdict: VerdictRow): boolean {
  if (!(result.data['type'] ?? []).some((type) => sameType(type, verdict.subject.type))) return false;
  const names = namesOf(verdict.subject);
  if (!namesIn(result.data).some((name) => names.includes(name))) return false;
  const named = buildNamed(result.data, verdict.build);
  if (named !== 'unsaid') return named === 'this';
  return result.occurredUntil.slice(0, 23) >= verdict.since.slice(0, 23);
}

/** Task numbers of a foreign build system say nothing about our names of builds. */
function buildNamed(data: Data, build: string): 'this' | 'another' | 'unsaid' {
  const named = buildKeys.flatMap((key) => data[key] ?? []);
  if (named.includes(build)) return 'this';
  return named.some((name) => !/^\d*$/.test(name)) ? 'another' : 'unsaid';
}
