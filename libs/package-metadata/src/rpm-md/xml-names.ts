/** A name of an element or attribute as it stands, and without its namespace prefix. */
export interface XmlName {
  readonly full: string;
  readonly local: string;
  readonly bytes: Uint8Array;
}

/** Of the letters that XML allows only those that formats of metadata use. */
const wellFormed = /^[A-Za-z_:][A-Za-z0-9_:.-]*$/;

const maxNames = 1024;
const buckets = 256;

/** The few names of a format, so that each of its million tags is compared and not read. */
export class NameTable {
  private readonly known: XmlName[][] = Array.from({ length: buckets }, () => []);
  private size = 0;

  /** Null for what is no name, and when there are too many to be a format's. */
  find(data: Buffer, from: number, to: number): XmlName | null {
    const bucket = this.known[(data[from]! * 7 + data[to - 1]! * 31 + (to - from)) % buckets]!;
    for (const name of bucket) if (isAt(name.bytes, data, from, to)) return name;
    const full = data.toString('utf8', from, to);
    if (this.size++ >= maxNames || !wellFormed.test(full)) return null;
    const name = { full, local: full.slice(full.indexOf(':') + 1), bytes: new Uint8Array(data.subarray(from, to)) };
    bucket.push(name);
    return name;
  }
}

function isAt(bytes: Uint8Array, data: Buffer, from: number, to: number): boolean {
  if (bytes.length !== to - from) return false;
  for (let n = 0; n < bytes.length; n++) if (bytes[n] !== data[from + n]) return false;
  return true;
}
