import type { SharedTexts } from '../byte-cache';
import { decodeText } from './xml-text';

/** The text before the tag at hand: where it lies, and what came before a comment or a plain section in it. */
export class XmlSpan {
  private start = 0;
  private end = 0;
  private before = '';

  set(start: number, end: number): void {
    this.start = start;
    this.end = end;
  }

  /** An element begins or ends: text starts anew. */
  forget(): void {
    this.before = '';
    this.start = this.end;
  }

  /** Something stands in the middle of the text: what was there is kept, with `plain` behind it. */
  interrupt(data: Buffer, plain: string): void {
    this.before += decodeText(data, this.start, this.end) + plain;
    this.start = this.end;
  }

  text(data: Buffer, shared?: SharedTexts): string {
    const text = decodeText(data, this.start, this.end, shared);
    return (this.before === '' ? text : this.before + text).trim();
  }
}
