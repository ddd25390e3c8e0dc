import { AppError, sha256 } from '@millrace/kernel';
import { chrootsOf } from './chroots';
import type { Network } from './network';
import type { Rows } from './rows';
import { Texts } from './texts';

const textParts = [
  ...(['components', 'versions', 'packageNames', 'packageVersions', 'architectures'] as const),
  ...(['clauses', 'capabilities', 'offerText', 'problems'] as const),
];
const rowParts = [
  ...(['build', 'recipe', 'installs', 'runtime', 'contains', 'builtOn'] as const),
  ...(['answers', 'offers', 'mentions'] as const),
  // From here on what follows from the parts before: linking them again at each start would take longer than reading.
  ...(['made', 'below', 'owners', 'buildBlocks', 'recipeBlocks', 'ownBlocks', 'parts'] as const),
  ...(['out', 'into', 'answeredBy', 'builders', 'installers', 'runners'] as const),
];
const byteParts = ['flags', 'packageArch', 'clauseScheme', 'clauseArch', 'outKinds', 'intoKinds'] as const;
const intParts = ['packageComponent', 'offerPackage', 'blockOf'] as const;

/** First bytes of a stored graph; the number goes up when its parts change, or what they mean. */
const magic = 'millrace-graph-3';
/** What it was called while chroots were not among its parts: they are found again when it is read. */
const magicBefore = 'millrace-graph-2';

/**
 * A graph as one run of bytes: the magic, the length of the head, the head (JSON: lengths of the parts, and the sha256
 * of all of them), then the parts, each at a multiple of eight so that it can be used where it lies.
 */
export function encodeNetwork(network: Network): { readonly bytes: Uint8Array; readonly digest: string } {
  const parts = partsOf(network);
  const lengths = parts.map((part) => part.byteLength);
  const headOf = (digest: string): Uint8Array => new TextEncoder().encode(JSON.stringify({ digest, lengths }));
  // Every digest is as long as this one: the parts can be laid where they stay before theirs is known.
  const headLength = headOf('0'.repeat(64)).length;
  const start = 24 + padded(headLength);
  const bytes = new Uint8Array(lengths.reduce((sum, length) => sum + padded(length), start));
  let at = start;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += padded(part.byteLength);
  }
  const digest = sha256(bytes.subarray(start));
  bytes.set(new TextEncoder().encode(magic));
  new DataView(bytes.buffer).setUint32(16, headLength);
  bytes.set(headOf(digest), 24);
  return { bytes, digest: `sha256:${digest}` };
}

/**
 * Reads what {@link encodeNetwork} wrote. The bytes stay in use.
 * @throws AppError `snapshot-damaged`
 */
export function decodeNetwork(bytes: Uint8Array, what: string): Network {
  const text = (from: number, length: number): string => new TextDecoder().decode(bytes.subarray(from, from + length));
  if (bytes.length < 24 || !text(0, 16).startsWith('millrace-graph-'))
    throw damaged(what, 'it does not begin as a stored graph does');
  if (text(0, 16) !== magic && text(0, 16) !== magicBefore)
    throw damaged(what, `another version of Millrace wrote it (${text(0, 16)})`);
  const headLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(16);
  const start = 24 + padded(headLength);
  if (start > bytes.length) throw damaged(what, 'it ends within its head');
  const { digest, lengths } = headOf(text(24, headLength), what);
  if (sha256(bytes.subarray(start)) !== digest) throw damaged(what, 'its checksum is wrong');
  return new Decoder(bytes, start, lengths).network();
}

function headOf(text: string, what: string): { readonly digest: string; readonly lengths: readonly number[] } {
  try {
    return JSON.parse(text) as { digest: string; lengths: number[] };
  } catch {
    // What the parser says of broken bytes helps nobody.
    throw damaged(what, 'its head cannot be read');
  }
}

type Part = Uint8Array | Int32Array;

function partsOf(network: Network): readonly Part[] {
  return [
    ...textParts.flatMap((name) => [network[name].offsets, network[name].bytes]),
    ...rowParts.flatMap((name) => [network[name].offsets, network[name].targets]),
    ...byteParts.map((name) => network[name]),
    ...intParts.map((name) => network[name]),
    ...[network.chroots.offsets, network.chroots.targets],
  ];
}

class Decoder {
  private part = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
    private readonly lengths: readonly number[],
  ) {}

  network(): Network {
    const texts = textParts.map((name) => {
      const offsets = this.ints();
      return [name, new Texts(this.raw(), offsets)] as const;
    });
    const rows = rowParts.map((name) => {
      return [name, this.rows()] as const;
    });
    const bytes = byteParts.map((name) => [name, this.raw()] as const);
    const ints = intParts.map((name) => [name, this.ints()] as const);
    const parts = Object.fromEntries([...texts, ...rows, ...bytes, ...ints]) as unknown as Network;
    const { components, capabilities, below } = parts;
    const [count, blocks] = [components.count, below.count];
    const chroots = this.part < this.lengths.length ? this.rows() : chrootsOf({ ...parts, count, blocks });
    return { ...parts, count, blocks, chroots, find: (name) => capabilities.find(name) };
  }

  private rows(): Rows {
    const offsets = this.ints();
    return { count: offsets.length - 1, offsets, targets: this.ints() };
  }

  private raw(): Uint8Array {
    const length = this.lengths[this.part++]!;
    const found = this.bytes.subarray(this.at, this.at + length);
    this.at += padded(length);
    return found;
  }

  private ints(): Int32Array {
    const found = this.raw();
    return new Int32Array(found.buffer, found.byteOffset, found.byteLength / 4);
  }
}

function padded(length: number): number {
  return (length + 7) & ~7;
}

function damaged(what: string, why: string): AppError {
  return new AppError({
    code: 'snapshot-damaged',
    kind: 'missing',
    message: `the stored graph ${what} cannot be used: ${why}`,
    remedy: 'import the graph again: `millrace graph import`; older snapshots still answer with --snapshot',
  });
}
