import { readLimits, type ReadLimits } from '../limits';
import { type Fields, readIndex } from './read-index';
import { RelationParser, type DebDependencies } from './relation';

/** A source package as a `Sources` index has it. */
export interface DebSource {
  readonly name: string;
  readonly version: string;
  /** Needed for every build. */
  readonly buildDepends: DebDependencies;
  /** Needed, too, for the packages of one architecture. */
  readonly buildDependsArch: DebDependencies;
  /** Needed, too, for the packages of all architectures. */
  readonly buildDependsIndep: DebDependencies;
  /** An old version that the archive keeps only because something was built from it: no part of the distribution. */
  readonly extraSourceOnly: boolean;
}

const names = [
  ...(['Package', 'Version', 'Extra-Source-Only'] as const),
  ...(['Build-Depends', 'Build-Depends-Arch', 'Build-Depends-Indep'] as const),
];
type Name = (typeof names)[number];

/**
 * Reads a `Sources` index (Debian repository format; open it with `openCompressed`).
 * @throws AppError `metadata-damaged` with file and line, `metadata-too-large`
 */
export function readDebSources(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  what = 'Sources',
  limits: ReadLimits = readLimits,
): AsyncGenerator<DebSource> {
  const parser = new RelationParser();
  return readIndex(chunks, names, (fields) => sourceOf(fields, parser), what, limits);
}

function sourceOf(fields: Fields<Name>, parser: RelationParser): DebSource {
  return {
    name: fields.required('Package'),
    version: fields.required('Version'),
    buildDepends: fields.relations('Build-Depends', parser),
    buildDependsArch: fields.relations('Build-Depends-Arch', parser),
    buildDependsIndep: fields.relations('Build-Depends-Indep', parser),
    extraSourceOnly: fields.get('Extra-Source-Only')?.toLowerCase() === 'yes',
  };
}
