/** What an ELF file offers to others that are linked with it, and what it takes from them. */
export interface ElfSymbols {
  /** `DT_SONAME`; null for programs and plug-ins. */
  readonly soname: string | null;
  /** `DT_NEEDED`: sonames. */
  readonly needed: readonly string[];
  readonly exports: readonly string[];
  readonly imports: readonly string[];
}

const magic = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);
const sectionType = { dynamic: 6, dynsym: 11 } as const;
const tag = { needed: 1, soname: 14 } as const;
const mostSections = 10_000;
const mostSymbols = 2_000_000;

export function isElf(start: Uint8Array): boolean {
  return start.length >= 4 && magic.equals(start.subarray(0, 4));
}

/**
 * The dynamic symbols of an ELF file (System V ABI, chapter 4; 32 and 64 bits, either byte order), read from its sections
 * `.dynsym` and `.dynamic`. Null for what is no ELF file, has none of them (a kernel module, a static program), or is
 * damaged: every offset is checked.
 */
export function readElfSymbols(bytes: Uint8Array): ElfSymbols | null {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isElf(data)) return null;
  try {
    return new ElfReader(data).symbols();
  } catch (thrown) {
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
}

interface Section {
  readonly type: number;
  readonly link: number;
  readonly offset: number;
  readonly size: number;
}

class ElfReader {
  private readonly wide: boolean;
  private readonly little: boolean;

  constructor(private readonly data: Buffer) {
    const [bits, order] = [data[4], data[5]];
    if ((bits !== 1 && bits !== 2) || (order !== 1 && order !== 2)) throw new RangeError('no class or byte order');
    this.wide = bits === 2;
    this.little = order === 1;
  }

  symbols(): ElfSymbols | null {
    const sections = this.sections();
    const dynsym = sections.find((one) => one.type === sectionType.dynsym);
    const dynamic = sections.find((one) => one.type === sectionType.dynamic);
    if (!dynsym || !dynamic) return null;
    const named = this.dynamic(dynamic, this.linked(sections, dynamic));
    return { ...named, ...this.dynamicSymbols(dynsym, this.linked(sections, dynsym)) };
  }

  private sections(): readonly Section[] {
    const [start, size, count] = this.wide
      ? [this.long(40), this.half(58), this.half(60)]
      : [this.word(32), this.half(46), this.half(48)];
    if (count > mostSections || size < (this.wide ? 64 : 40)) throw new RangeError('sections');
    return Array.from({ length: count }, (_, n) => {
      const at = start + n * size;
      const [offset, length] = this.wide
        ? [this.long(at + 24), this.long(at + 32)]
        : [this.word(at + 16), this.word(at + 20)];
      return { type: this.word(at + 4), link: this.word(at + (this.wide ? 40 : 24)), offset, size: length };
    });
  }

  /** The strings of a section. */
  private linked(sections: readonly Section[], { link }: Section): Buffer {
    const strings = sections[link];
    if (!strings || strings.offset + strings.size > this.data.length) throw new RangeError('strings');
    return this.data.subarray(strings.offset, strings.offset + strings.size);
  }

  private dynamic({ offset, size }: Section, strings: Buffer): Pick<ElfSymbols, 'soname' | 'needed'> {
    const entry = this.wide ? 16 : 8;
    let soname: string | null = null;
    const needed: string[] = [];
    for (let at = offset; at + entry <= offset + size; at += entry) {
      const [kind, value] = this.wide ? [this.long(at), this.long(at + 8)] : [this.word(at), this.word(at + 4)];
      if (kind === 0) break;
      if (kind === tag.soname) soname = textAt(strings, value);
      if (kind === tag.needed) needed.push(textAt(strings, value));
    }
    return { soname, needed };
  }

  private dynamicSymbols({ offset, size }: Section, strings: Buffer): Pick<ElfSymbols, 'exports' | 'imports'> {
    const entry = this.wide ? 24 : 16;
    const exports = new Set<string>();
    const imports = new Set<string>();
    if (size / entry > mostSymbols) throw new RangeError('symbols');
    for (let at = offset + entry; at + entry <= offset + size; at += entry) {
      const [info, other] = [this.byte(at + (this.wide ? 4 : 12)), this.byte(at + (this.wide ? 5 : 13))];
      const section = this.half(at + (this.wide ? 6 : 14));
      if (!isSeen(info, other)) continue;
      const name = textAt(strings, this.word(at));
      if (name !== '') (section === 0 ? imports : exports).add(name);
    }
    return { exports: [...exports].sort(), imports: [...imports].sort() };
  }

  private byte(at: number): number {
    return this.data.readUInt8(this.within(at, 1));
  }

  private half(at: number): number {
    return this.little ? this.data.readUInt16LE(this.within(at, 2)) : this.data.readUInt16BE(this.within(at, 2));
  }

  private word(at: number): number {
    return this.little ? this.data.readUInt32LE(this.within(at, 4)) : this.data.readUInt32BE(this.within(at, 4));
  }

  private long(at: number): number {
    const [first, second] = [this.word(at), this.word(at + 4)];
    const value = this.little ? second * 2 ** 32 + first : first * 2 ** 32 + second;
    if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('offset');
    return value;
  }

  private within(at: number, bytes: number): number {
    if (at + bytes <= this.data.length) return at;
    throw new RangeError('offset');
  }
}

/** Global, weak or unique, and neither hidden nor internal; functions and data, no sections and files. */
function isSeen(info: number, other: number): boolean {
  const [binding, type, visibility] = [info >> 4, info & 15, other & 3];
  return (
    (binding === 1 || binding === 2 || binding === 10) &&
    type !== 3 &&
    type !== 4 &&
    visibility !== 1 &&
    visibility !== 2
  );
}

function textAt(strings: Buffer, at: number): string {
  const end = strings.indexOf(0, at);
  if (at >= strings.length || end === -1) throw new RangeError('string');
  return strings.toString('latin1', at, end);
}
