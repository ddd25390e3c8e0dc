import { refuse, type Refusal } from '@millrace/kernel';
import { changelogEntry, type ChangelogWords } from './changelog-entry';
import { increaseLast, increaseRelease } from './increase-release';
import { readSpecWords } from './spec-macros';

/** What a bump makes of a spec. `commit-only`: rpmautospec counts commits, so an empty commit is the bump. */
export type BumpedSpec = { readonly how: 'edited'; readonly text: string } | { readonly how: 'commit-only' };

const largestSpec = 4 * 1024 * 1024;

/**
 * Bumps a spec by its text alone: every `Release` (or the `%global release`, `%global baserelease` that stands for it)
 * and an entry on top of `%changelog`, as `rpmdev-bumpspec -D -u … -c …` of rpmdevtools 1.0.13 writes them. No macro of
 * the spec is run; what the entry's version needs is read from the text, or given.
 *
 * Refuses `spec-not-bumpable`: it has no release that could be counted up, or is too large.
 */
export function bumpSpec(text: string, words: ChangelogWords): BumpedSpec | Refusal {
  if (text.length > largestSpec) return notBumpable(`it is larger than ${largestSpec} bytes`);
  if (usesAutorelease(text)) return { how: 'commit-only' };
  const bumped = bumpRelease(text.split('\n'));
  if (bumped === null) return notBumpable('it has no Release that could be counted up');
  const evr = words.evr === undefined ? evrOf(bumped.join('\n')) : words.evr;
  return { how: 'edited', text: withEntry(bumped, changelogEntry({ ...words, evr })).join('\n') };
}

/** Whether rpmautospec makes the release of this spec: `%autorelease` in its Release. */
export function usesAutorelease(text: string): boolean {
  return text
    .split('\n')
    .some((line) => /^release\s*:.*%(?:autorelease(?![A-Za-z0-9_])|\{\??autorelease(?:[\s:][^}]*)?\})/i.test(line));
}

const macroLine = /^(%(?:define|global)\s+(?:base)?release\s+)(\d+.*)$/is;
const tagLine = /^(Release\s*:\s*)(\d+.*)$/is;
const functionLine = /^(Release\s*:\s+%release_func\s+)(\d+.*)$/is;

/** Once a macro has been counted up, the rest of the spec is left alone: its Release is made of it. */
function bumpRelease(lines: readonly string[]): readonly string[] | null {
  const bumped: string[] = [];
  for (const line of lines) {
    const macro = line.includes('$Revision:') ? null : macroLine.exec(line);
    if (macro) {
      bumped.push(`${macro[1]!}${increaseRelease(macro[2]!)}`);
      return [...bumped, ...lines.slice(bumped.length)];
    }
    bumped.push(bumpTag(line));
  }
  return bumped.every((line, n) => line === lines[n]) ? null : bumped;
}

function bumpTag(line: string): string {
  if (line.includes('$Revision:')) return line;
  const [body, end] = line.endsWith('\r') ? [line.slice(0, -1), '\r'] : [line, ''];
  const counted = tagLine.exec(body) ?? functionLine.exec(body);
  if (counted) return `${counted[1]!}${increaseRelease(counted[2]!)}${end}`;
  const other = /^(release:\s*)(\S.*?)\s*$/is.exec(body);
  return other ? `${other[1]!}${increaseLast(other[2]!)}${end}` : line;
}

function withEntry(lines: readonly string[], entry: readonly string[]): readonly string[] {
  const at = lines.findIndex((line) => /^%changelog(\s|$)/i.test(line));
  return at === -1 ? lines : [...lines.slice(0, at + 1), ...entry, ...lines.slice(at + 1)];
}

/** As the tool asks for it: with `%dist` empty, and an epoch only where there is one. null: the text does not say. */
function evrOf(text: string): string | null {
  const { epoch, version, release } = readSpecWords(text, { dist: '' });
  if (version === null || release === null || epoch === null) return null;
  return `${/^\s*epoch\s*:/im.test(text) ? `${epoch}:` : ''}${version}-${release}`;
}

function notBumpable(why: string): Refusal {
  return refuse(
    'spec-not-bumpable',
    `the spec cannot be bumped: ${why}`,
    'give it a line such as "Release: 1%{?dist}" or "Release: %autorelease", or set nvr: dist or nvr: none for it',
  );
}
