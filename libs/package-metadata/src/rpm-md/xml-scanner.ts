import type { SharedTexts } from '../byte-cache';
import type { AppError } from '@millrace/kernel';
import { XmlAttributes } from './xml-attributes';
import { XmlElements } from './xml-elements';
import { NameTable, type XmlName } from './xml-names';
import { damagedXml } from './xml-problem';
import { marks } from './xml-bytes';
import type { ScanHandler } from './scan-handler';
import { XmlSpan } from './xml-span';
import { afterByteOrderMark, afterSpace, declarationAt, endOfName, isXmlSpace, textProblem } from './xml-text';

const { ampersand, doubleQuote, equals, exclamation, greater, less, question, singleQuote, slash } = marks;
/** The longest text of a description, a few times over. A token is looked at again with each chunk until it is whole. */
const maxTokenBytes = 1024 * 1024;
/** The input ends before the token does: it is tried again with more. */
const more = -1;

/**
 * A push parser for XML that machines wrote, some five times as fast as a general one, because strings are made only
 * of what a handler asks for. It takes and refuses what {@link XmlReader} does: document types, entities that XML does
 * not define, tags that do not match. It does not look at `]]>` in text, nor into comments and instructions.
 */
export class XmlScanner {
  private data: Buffer = Buffer.alloc(0);
  private consumed = 0;
  private readonly names = new NameTable();
  private readonly elements = new XmlElements();
  private readonly attributes = new XmlAttributes();
  private tagStart = 0;
  private tagEnd = 0;
  private readonly span = new XmlSpan();

  constructor(
    private readonly what: string,
    private readonly handler: ScanHandler<XmlScanner>,
  ) {}

  /** @throws AppError `metadata-damaged` */
  write(chunk: Uint8Array | string): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.data = Buffer.concat([this.data, bytes]);
    let at = this.consumed === 0 ? afterByteOrderMark(this.data) : 0;
    for (let next = this.token(at); next !== more; next = this.token(at)) at = next;
    if (this.data.length - at > maxTokenBytes) throw this.problem(at, `a token has more than ${maxTokenBytes} bytes`);
    this.data = this.data.subarray(at);
    this.consumed += at;
  }

  end(): void {
    this.refuse(this.data.length, this.elements.end());
    if (afterSpace(this.data, 0) < this.data.length) throw this.problem(0, 'something follows its last element');
  }

  /** The value of an attribute of the element that opens. */
  attribute(name: string, shared?: SharedTexts): string | undefined {
    return this.attributes.value(this.data, name, shared);
  }

  /** Where the tag that opens lies, valid until the next call; tags that are written the same have the same bytes. */
  tag(): { readonly bytes: Uint8Array; readonly from: number; readonly to: number } {
    return { bytes: this.data, from: this.tagStart, to: this.tagEnd };
  }

  /** The text between the last tag and the one that closes, without white space around it. */
  text(shared?: SharedTexts): string {
    return this.span.text(this.data, shared);
  }

  /** What is wrong with the tag that opens, for a handler that knows its meaning. */
  problemHere(why: string): AppError {
    return this.problem(this.tagStart, why);
  }

  /** Text up to the next tag, and that tag. */
  private token(from: number): number {
    const { data } = this;
    let at = from;
    let special = false;
    for (; at < data.length; at++) {
      const byte = data[at]!;
      if (byte === less) break;
      if (byte === ampersand || (byte < 32 && !isXmlSpace(byte))) special = true;
    }
    if (at + 1 >= data.length) return more;
    if (this.elements.outside && afterSpace(data, from) < at) {
      throw this.problem(from, 'text stands outside of its elements');
    }
    if (special) this.refuse(from, textProblem(data, from, at));
    this.span.set(from, at);
    switch (data[at + 1]) {
      case slash:
        return this.endTag(at + 2);
      case exclamation:
        return this.declaration(at);
      case question:
        return this.past('?>', at, 2);
      default:
        return this.startTag(at + 1);
    }
  }

  private startTag(from: number): number {
    const { data } = this;
    const nameEnd = this.nameEnd(from);
    let at = nameEnd;
    this.attributes.clear();
    for (;;) {
      const start = at;
      at = afterSpace(data, at);
      if (at >= data.length) return more;
      const byte = data[at]!;
      if (byte === greater || byte === slash) break;
      if (at === start) throw this.problem(at, 'a tag is malformed');
      at = this.attributeAt(at);
      if (at === more) return more;
    }
    const closed = data[at] === slash;
    if (closed && at + 1 >= data.length) return more;
    if (closed && data[++at] !== greater) throw this.problem(at, "'/' is not at the end of a tag");
    [this.tagStart, this.tagEnd] = [from, at];
    this.openElement(from, nameEnd, closed);
    return at + 1;
  }

  private openElement(from: number, nameEnd: number, closed: boolean): void {
    const name = this.nameAt(from, nameEnd);
    this.refuse(from, this.elements.open(name));
    this.span.forget();
    this.handler.open(name.local, this);
    if (closed) this.closeElement(name, nameEnd);
  }

  private endTag(from: number): number {
    const nameEnd = this.nameEnd(from);
    const at = afterSpace(this.data, nameEnd);
    if (at >= this.data.length) return more;
    if (this.data[at] !== greater) throw this.problem(at, 'an end tag is malformed');
    this.closeElement(this.nameAt(from, nameEnd), from);
    return at + 1;
  }

  private closeElement(name: XmlName, at: number): void {
    this.refuse(at, this.elements.close(name));
    this.handler.close(name.local, this);
    this.span.forget();
  }

  /** Keeps where one attribute lies; gives the place behind it. */
  private attributeAt(from: number): number {
    const { data } = this;
    const nameEnd = this.nameEnd(from);
    let at = afterSpace(data, nameEnd);
    if (at >= data.length) return more;
    if (data[at] !== equals) throw this.problem(at, 'an attribute has no value');
    at = afterSpace(data, at + 1);
    if (at >= data.length) return more;
    const quote = data[at]!;
    if (quote !== doubleQuote && quote !== singleQuote) throw this.problem(at, 'a value of an attribute has no quotes');
    const start = ++at;
    let special = false;
    for (; at < data.length && data[at] !== quote; at++) {
      const byte = data[at]!;
      if (byte === less) throw this.problem(at, "'<' stands in the value of an attribute");
      if (byte === ampersand || (byte < 32 && !isXmlSpace(byte))) special = true;
    }
    if (at >= data.length) return more;
    if (special) this.refuse(start, textProblem(data, start, at));
    this.refuse(start, this.attributes.keep(this.nameAt(from, nameEnd), start, at));
    return at + 1;
  }

  /** Comments and CDATA; a document type is refused, and with it every entity that a document could define. */
  private declaration(at: number): number {
    switch (declarationAt(this.data, at)) {
      case 'unfinished':
        return more;
      case 'comment':
        return this.past('-->', at, 4);
      case 'forbidden':
        throw this.problem(at, 'it has a document type or another declaration, which metadata never has');
      case 'text':
        return this.plainText(at);
    }
  }

  private plainText(at: number): number {
    const end = this.data.indexOf(']]>', at);
    if (end === -1) return more;
    if (this.elements.outside) throw this.problem(at, 'text stands outside of its elements');
    this.span.interrupt(this.data, this.data.toString('utf8', at + 9, end));
    return end + 3;
  }

  private past(mark: string, from: number, head: number): number {
    const end = this.data.indexOf(mark, from + head);
    if (end === -1) return more;
    if (!this.elements.outside) this.span.interrupt(this.data, '');
    return end + mark.length;
  }

  private nameEnd(from: number): number {
    const at = endOfName(this.data, from);
    if (at === from && at < this.data.length) throw this.problem(at, 'a name is missing');
    return at;
  }

  private nameAt(from: number, to: number): XmlName {
    const name = this.names.find(this.data, from, to);
    if (name) return name;
    throw this.problem(from, 'a name has wrong letters, or is one too many for any metadata');
  }

  private refuse(at: number, why: string | null): void {
    if (why !== null) throw this.problem(at, why);
  }

  private problem(at: number, why: string): AppError {
    return damagedXml(this.what, `${why} (byte ${this.consumed + at + 1})`);
  }
}
