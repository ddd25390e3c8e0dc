import type { Asked } from './adapter';
import { wrong } from './wrong';

export interface Subject {
  readonly item: string;
  readonly type: string;
}

const itemNames = ['nvr', 'build_nvr', 'item', 'subject_identifier', 'artifact_id'];
const typeNames = ['item_type', 'subject_type', 'artifact_type'];

/** What the address names, or a parameter of the run (`NVR`, `ITEM`, …); null when neither does. */
export function subjectIn(
  asked: Asked,
  parameters: Readonly<Record<string, unknown>> | null | undefined,
): Subject | null {
  if (asked.item) return { item: asked.item, type: asked.type ?? 'koji_build' };
  const lower = new Map(Object.entries(parameters ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const first = (names: readonly string[]): string | null => {
    const value = names.map((name) => lower.get(name)).find((one) => typeof one === 'string' && one !== '');
    return typeof value === 'string' ? value : null;
  };
  const item = first(itemNames);
  return item === null ? null : { item, type: asked.type ?? first(typeNames) ?? 'koji_build' };
}

/** A commit of a repository, for systems that test sources. */
export function commitSubject(repository: string, commit: string): Subject & { readonly commit: string } {
  return { item: `${repository}#${commit}`, type: 'git-commit', commit };
}

export function needSubject(subject: Subject | null, where: string): Subject {
  if (subject) return subject;
  throw wrong([where], 'names no artifact: give the run a parameter NVR or ITEM, or the address ?item=…&type=…');
}
