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

  value(data: Buffer, name: string): string | undefined {
    const n = this.indexOf(name);
    return n === -1 ? undefined : decodeText(data, this.starts[n]!, this.ends[n]!);
  }

  /** -1: the tag has no such attribute. */
  indexOf(name: string): number {
    for (let n = 0; n < this.count; n++) if (this.names[n]!.full === name) return n;
    return -1;
  }

  start(n: number): number {
    return this.starts[n]!;
  }

  end(n: number): number {
    return this.ends[n]!;
  }
}
