import { AppError, sha256 } from '@millrace/kernel';
import type { Catalogue } from './catalogue';
import type { Rows } from './rows';
import { Texts } from './texts';

const textParts = [
  ...(['components', 'versions', 'packageNames', 'packageVersions', 'architectures'] as const),
  ...(['clauses', 'capabilities', 'offerText', 'problems'] as const),
];
const rowParts = [
  ...(['build', 'recipe', 'installs', 'runtime', 'contains', 'builtOn'] as const),
  ...(['answers', 'offers', 'mentions'] as const),
];
const byteParts = ['flags', 'packageArch', 'clauseScheme', 'clauseArch'] as const;
const intParts = ['packageComponent', 'offerPackage'] as const;

/** First bytes of a stored catalogue; the number goes up when its parts change. */
const magic = 'millrace-graph-1';

/**
 * A catalogue as one run of bytes: the magic, the length of the head, the head (JSON: lengths of the parts, and the
 * sha256 of all of them), then the parts, each at a multiple of eight so that it can be used where it lies.
 */
export function encodeCatalogue(catalogue: Catalogue): { readonly bytes: Uint8Array; readonly digest: string } {
  const parts = partsOf(catalogue);
  const body = new Uint8Array(parts.reduce((sum, part) => sum + padded(part.byteLength), 0));
  let at = 0;
  for (const part of parts) {
    body.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += padded(part.byteLength);
  }
  const digest = sha256(body);
  const head = new TextEncoder().encode(JSON.stringify({ digest, lengths: parts.map((part) => part.byteLength) }));
  const start = 24 + padded(head.length);
  const bytes = new Uint8Array(start + body.length);
  bytes.set(new TextEncoder().encode(magic));
  new DataView(bytes.buffer).setUint32(16, head.length);
  bytes.set(head, 24);
  bytes.set(body, start);
  return { bytes, digest: `sha256:${digest}` };
}

/**
 * Reads what {@link encodeCatalogue} wrote. The bytes stay in use.
 * @throws AppError `snapshot-damaged`
 */
export function decodeCatalogue(bytes: Uint8Array, what: string): Catalogue {
  const text = (from: number, length: number): string => new TextDecoder().decode(bytes.subarray(from, from + length));
  if (bytes.length < 24 || text(0, 16) !== magic) throw damaged(what, 'it does not begin as a stored graph does');
  const headLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(16);
  const start = 24 + padded(headLength);
  if (start > bytes.length) throw damaged(what, 'it ends within its head');
  const { digest, lengths } = JSON.parse(text(24, headLength)) as { digest: string; lengths: number[] };
  if (sha256(bytes.subarray(start)) !== digest) throw damaged(what, 'its checksum is wrong');
  return new Decoder(bytes, start, lengths).catalogue();
}

type Part = Uint8Array | Int32Array;

function partsOf(catalogue: Catalogue): readonly Part[] {
  return [
    ...textParts.flatMap((name) => [catalogue[name].offsets, catalogue[name].bytes]),
    ...rowParts.flatMap((name) => [catalogue[name].offsets, catalogue[name].targets]),
    ...byteParts.map((name) => catalogue[name]),
    ...intParts.map((name) => catalogue[name]),
  ];
}

class Decoder {
  private part = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
    private readonly lengths: readonly number[],
  ) {}

  catalogue(): Catalogue {
    const texts = textParts.map((name) => {
      const offsets = this.ints();
      return [name, new Texts(this.raw(), offsets)] as const;
    });
    const rows = rowParts.map((name) => {
      const offsets = this.ints();
      return [name, { count: offsets.length - 1, offsets, targets: this.ints() } satisfies Rows] as const;
    });
    const bytes = byteParts.map((name) => [name, this.raw()] as const);
    const ints = intParts.map((name) => [name, this.ints()] as const);
    return Object.fromEntries([...texts, ...rows, ...bytes, ...ints]) as unknown as Catalogue;
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
