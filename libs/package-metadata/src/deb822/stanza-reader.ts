import { AppError } from '@millrace/kernel';
import { tooLarge } from '../limits';

/** Called for each stanza; its values are in the order of the wanted fields. */
export type StanzaHandler = (stanza: Stanza) => void;

const maxStanzaBytes = 4 * 1024 * 1024;
const newline = 10;
const colon = 58;

interface Wanted {
  readonly name: string;
  readonly lower: Uint8Array;
}

/**
 * A push parser of deb822 (deb822(5)): paragraphs of `Field: value` between empty lines. It keeps the wanted fields
 * only; of the others it sees no more than where they end. Continuation lines stay in the value, newlines included.
 */
export class StanzaReader {
  private readonly byLength: (readonly number[])[] = [];
  private readonly wanted: readonly Wanted[];
  private rest: Buffer = Buffer.alloc(0);
  private line = 1;

  constructor(
    private readonly what: string,
    fields: readonly string[],
    private readonly handler: StanzaHandler,
  ) {
    this.wanted = fields.map((name) => ({ name, lower: Buffer.from(name.toLowerCase()) }));
    fields.forEach(({ length }, n) => (this.byLength[length] = [...(this.byLength[length] ?? []), n]));
  }

  /** @throws AppError `metadata-damaged`, `metadata-too-large` */
  write(chunk: Uint8Array): void {
    const data = Buffer.concat([this.rest, chunk]);
    const end = data.lastIndexOf('\n\n');
    this.rest = end === -1 ? data : data.subarray(end + 2);
    if (this.rest.length > maxStanzaBytes)
      throw tooLarge(`${this.what}, line ${this.line}: a paragraph`, maxStanzaBytes, 'bytes');
    if (end !== -1) this.stanzas(data, end + 2);
  }

  end(): void {
    const data = Buffer.concat([this.rest, Buffer.from('\n')]);
    this.rest = Buffer.alloc(0);
    this.stanzas(data, data.length);
  }

  private stanzas(data: Buffer, end: number): void {
    let stanza = new Stanza(data, this.wanted.length, this.line);
    for (let at = 0; at < end;) {
      let stop = at;
      while (data[stop] !== newline) stop++;
      if (isBlank(data, at, stop)) {
        this.finish(stanza);
        stanza = new Stanza(data, this.wanted.length, this.line + 1);
      } else {
        this.field(stanza, data, at, stop);
      }
      this.line++;
      at = stop + 1;
    }
    this.finish(stanza);
  }

  private field(stanza: Stanza, data: Buffer, from: number, to: number): void {
    if (isSpace(data[from]!)) {
      if (stanza.empty) throw this.damaged('it goes on with a field where none has begun');
      stanza.extend(to);
      return;
    }
    let mark = from;
    while (mark < to && data[mark] !== colon) mark++;
    if (mark === to || mark === from) {
      throw this.damaged(`'${data.toString('utf8', from, Math.min(to, from + 60))}' is no field`);
    }
    const index = this.indexOf(data, from, mark);
    if (!stanza.open(index, mark + 1, to)) throw this.damaged(`the field ${this.wanted[index]!.name} is there twice`);
  }

  /** The place of a field among the wanted ones, or -1; case does not matter. */
  private indexOf(data: Buffer, from: number, to: number): number {
    const candidates = this.byLength[to - from];
    if (candidates === undefined) return -1;
    return candidates.find((n) => isSame(data, from, this.wanted[n]!.lower)) ?? -1;
  }

  private finish(stanza: Stanza): void {
    if (!stanza.empty) this.handler(stanza);
  }

  private damaged(why: string): AppError {
    return deb822Error(this.what, this.line, why);
  }
}

/** What is wrong with a line of an index. */
export function deb822Error(what: string, line: number, why: string): AppError {
  return new AppError({
    code: 'metadata-damaged',
    kind: 'invalid',
    message: `${what}, line ${line}: ${why}`,
    remedy: 'check that it is an index of a Debian archive (Sources or Packages), and fetch it again',
  });
}

/** Where the wanted fields of one paragraph lie in the data: good while it is handled. */
export class Stanza {
  empty = true;
  private readonly starts: number[];
  private readonly ends: number[];
  private current = -1;

  constructor(
    readonly data: Buffer,
    fields: number,
    /** Its first line in the file. */
    readonly line: number,
  ) {
    this.starts = new Array<number>(fields).fill(-1);
    this.ends = new Array<number>(fields).fill(-1);
  }

  /** False when the field was there before. */
  open(field: number, start: number, end: number): boolean {
    this.empty = false;
    this.current = field;
    if (field === -1) return true;
    if (this.starts[field] !== -1) return false;
    this.starts[field] = start;
    this.ends[field] = end;
    return true;
  }

  extend(end: number): void {
    if (this.current !== -1) this.ends[this.current] = end;
  }

  /** The value of a field without white space around it; null where the stanza has none. */
  text(field: number): string | null {
    const start = this.starts[field]!;
    return start === -1 ? null : this.data.toString('utf8', start, this.ends[field]!).trim();
  }

  /** Where the value of a field begins in the data; -1 where the stanza has none. */
  start(field: number): number {
    return this.starts[field]!;
  }

  end(field: number): number {
    return this.ends[field]!;
  }
}

function isBlank(data: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!isSpace(data[at]!)) return false;
  return true;
}

/** Space, tab, or the carriage return of a file that came by way of Windows. */
function isSpace(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 13;
}

function isSame(data: Buffer, from: number, lower: Uint8Array): boolean {
  for (let n = 0; n < lower.length; n++) {
    const byte = data[from + n]!;
    if ((byte >= 65 && byte <= 90 ? byte + 32 : byte) !== lower[n]) return false;
  }
  return true;
}
