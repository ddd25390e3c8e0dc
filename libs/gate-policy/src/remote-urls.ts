import type { Subject } from './subject-type';

/** Where a build's sources are: what address templates are filled with. */
export interface SourcePlace {
  /** e.g. `rpms`; empty when the address has none. */
  readonly namespace: string;
  readonly name: string;
  readonly rev: string;
}

const needsSource = /\{(pkg_namespace|pkg_name|rev)\}/;

export function asksForSource(template: string): boolean {
  return needsSource.test(template);
}

/**
 * Fills a template of a remote rule's address: `{pkg_namespace}` (with a slash behind it), `{pkg_name}`, `{rev}`,
 * `{subject_id}`. Null when a value would lead out of its place in the address: such a name is nobody's package.
 */
export function remoteUrl(template: string, subject: Subject, source: SourcePlace | null): string | null {
  if (asksForSource(template) && source === null) return null;
  const name = source?.namespace === 'containers' ? source.name.replace(/-container$/, '') : (source?.name ?? '');
  const values: Readonly<Record<string, string>> = {
    pkg_namespace: source?.namespace ? `${source.namespace}/` : '',
    pkg_name: name,
    rev: source?.rev ?? '',
    subject_id: subject.item.replace(/^sha256:/, ''),
  };
  const used = [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
  if (used.some((key) => values[key] === undefined || !staysInPlace(values[key]))) return null;
  return template.replace(/\{(\w+)\}/g, (_, key: string) => values[key]!.split('/').map(escaped).join('/'));
}

/** Reads Koji's `source` of a build, `git+https://…/rpms/bash.git#<rev>`. Null: it has no revision. */
export function sourcePlace(url: string): SourcePlace | null {
  const [address = '', rev = ''] = splitOnce(url, '#');
  const path = address.replace(/^[A-Za-z+.-]+:\/\/[^/]*/, '').replace(/\?.*$/, '');
  const parts = path.split('/');
  if (rev === '' || parts.at(-1) === '') return null;
  return { namespace: parts.length < 3 ? '' : parts.at(-2)!, name: parts.at(-1)!.replace(/\.git$/, ''), rev };
}

function staysInPlace(value: string): boolean {
  return (
    value.length <= 512 && !value.split('/').some((part) => part === '..' || part === '.') && !/[\\\s]/.test(value)
  );
}

function escaped(part: string): string {
  return encodeURIComponent(part).replace(/%3A/g, ':').replace(/%40/g, '@').replace(/%2B/g, '+');
}

function splitOnce(text: string, at: string): readonly string[] {
  const place = text.indexOf(at);
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}
