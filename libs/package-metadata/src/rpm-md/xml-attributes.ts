import type { SharedTexts } from '../byte-cache';
import type { XmlName } from './xml-names';
import { decodeText } from './xml-text';

const maxAttributes = 64;

/** Where the attributes of the tag that opens lie in the data; used again for each tag. */
export class XmlAttributes {
  private readonly names: XmlName[] = [];
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private count = 0;

  clear(): void {
    this.count = 0;
  }

  /** Gives what is wrong with one more attribute, or null. */
  keep(name: XmlName, start: number, end: number): string | null {
    const n = this.count++;
    if (n >= maxAttributes) return `an element has more than ${maxAttributes} attributes`;
    for (let k = 0; k < n; k++) if (this.names[k] === name) return `the attribute '${name.full}' is there twice`;
    this.names[n] = name;
    this.starts[n] = start;
    this.ends[n] = end;
    return null;
  }

  value(data: Buffer, name: string, shared?: SharedTexts): string | undefined {
    for (let n = 0; n < this.count; n++) {
      if (this.names[n]!.full === name) return decodeText(data, this.starts[n]!, this.ends[n]!, shared);
    }
    return undefined;
  }
}
