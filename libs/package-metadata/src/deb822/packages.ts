import { readLimits, type ReadLimits } from '../limits';
import { type Fields, readIndex } from './read-index';
import { RelationParser, type DebDependencies } from './relation';
import { multiArchs, type DebOffer, type MultiArch } from './satisfy';

/** A binary package as a `Packages` index has it. */
export interface DebBinary {
  readonly name: string;
  readonly version: string;
  /** `all` or a name. */
  readonly architecture: string;
  /** The source package that it was built from; its version may differ from the binary's. */
  readonly source: { readonly name: string; readonly version: string };
  readonly multiArch: MultiArch;
  readonly essential: boolean;
  /** Pre-Depends, then Depends. */
  readonly depends: DebDependencies;
  /** Virtual packages; null for one without a version. */
  readonly provides: readonly { readonly name: string; readonly version: string | null }[];
}

const names = [
  ...(['Package', 'Version', 'Architecture', 'Source', 'Multi-Arch', 'Essential'] as const),
  ...(['Pre-Depends', 'Depends', 'Provides'] as const),
];
type Name = (typeof names)[number];

/**
 * Reads a `Packages` index (Debian repository format; open it with `openCompressed`).
 * @throws AppError `metadata-damaged` with file and line, `metadata-too-large`
 */
export function readDebPackages(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  what = 'Packages',
  limits: ReadLimits = readLimits,
): AsyncGenerator<DebBinary> {
  const parser = new RelationParser();
  return readIndex(chunks, names, (fields) => binaryOf(fields, parser), what, limits);
}

/** Everything that others can depend on: the package by its own name, and its virtual packages. */
export function offersOf(binary: DebBinary): readonly DebOffer[] {
  const { name, version, architecture, multiArch } = binary;
  return [{ name, version }, ...binary.provides].map((one) => ({ ...one, architecture, multiArch }));
}

function binaryOf(fields: Fields<Name>, parser: RelationParser): DebBinary {
  const name = fields.required('Package');
  const version = fields.required('Version');
  const preDepends = fields.relations('Pre-Depends', parser);
  const depends = fields.relations('Depends', parser);
  return {
    name,
    version,
    architecture: fields.required('Architecture'),
    source: sourceOf(fields, name, version),
    multiArch: multiArchOf(fields),
    essential: fields.get('Essential')?.toLowerCase() === 'yes',
    depends: preDepends.length === 0 ? depends : [...preDepends, ...depends],
    provides: providesOf(fields, parser),
  };
}

/** `Source: name (version)`, where each part is left out when it is the binary's own. */
function sourceOf(fields: Fields<Name>, name: string, version: string): DebBinary['source'] {
  const text = fields.get('Source');
  if (text === null) return { name, version };
  const space = text.indexOf(' ');
  if (space === -1) return { name: text, version };
  const own = text.slice(space).trim();
  if (!own.startsWith('(') || !own.endsWith(')'))
    throw fields.damaged(`Source: '${text.slice(0, 80)}' is not understood`);
  return { name: text.slice(0, space), version: own.slice(1, -1).trim() };
}

function multiArchOf(fields: Fields<Name>): MultiArch {
  const value = fields.get('Multi-Arch');
  if (value === null) return 'no';
  const known = multiArchs.find((one) => one === value);
  if (known) return known;
  throw fields.damaged(`Multi-Arch: '${value.slice(0, 40)}' is none of ${multiArchs.join(', ')}`);
}

function providesOf(fields: Fields<Name>, parser: RelationParser): DebBinary['provides'] {
  return fields.relations('Provides', parser).map(([one, ...others]) => {
    const exact = one!.operator === undefined || one!.operator === '=';
    if (!exact || others.length > 0) throw fields.damaged(`Provides: '${one!.name}' is more than a name and a version`);
    return { name: one!.name, version: one!.version ?? null };
  });
}
