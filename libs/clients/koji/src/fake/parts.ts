import type { Ending, Recipe } from './state';

/** A package of a played distribution: what it needs to be built is what it needs to run. */
export interface Part {
  readonly name: string;
  readonly needs: readonly string[];
  /** Of the spec as people wrote it, and of what the builder makes of it; default 1. */
  readonly release?: string;
}

/** What the fake's builder makes of a part. */
export function recipeOf({ name, needs, release = '1' }: Part, ends: Ending = 'complete'): Recipe {
  return {
    ...{ name, version: '1', release, ends, requires: needs.map((one) => `lib${one}.so.1`) },
    provides: [`lib${name}.so.1`],
    buildRequires: needs.map((one) => `${one}-devel`),
  };
}

/** A spec that says the same; `note`: so that two commits differ. */
export function specOf({ name, needs, release = '1' }: Part, note: string): string {
  return [
    ...[`Name: ${name}`, 'Version: 1', `Release: ${release}%{?dist}`, `Summary: A part of the story (${note})`],
    'License: Apache-2.0',
    ...needs.map((one) => `BuildRequires: ${one}-devel`),
    ...['%description', 'A part.'],
    ...['%package devel', 'Summary: To build with it', '%description devel', 'Headers.'],
    ...['%files', '%files devel'],
    ...['%changelog', '* Mon Jan 12 2026 Rae <rae@mill.example> - 1-1', '- Made', ''],
  ].join('\n');
}
