import type { XmlName } from './xml-names';

const maxDepth = 64;

/** The elements that are open, and what is wrong with the next step, if anything. */
export class XmlElements {
  private readonly stack: XmlName[] = [];
  private rooted = false;

  get outside(): boolean {
    return this.stack.length === 0;
  }

  open(name: XmlName): string | null {
    if (this.stack.length === 0 && this.rooted) return 'it has more than one root';
    if (this.stack.length >= maxDepth) return `it nests deeper than ${maxDepth} elements`;
    this.rooted = true;
    this.stack.push(name);
    return null;
  }

  close(name: XmlName): string | null {
    return this.stack.pop() === name ? null : 'an end tag matches no start tag';
  }

  end(): string | null {
    if (this.stack.length > 0) return `it ends within '${this.stack.at(-1)!.full}'`;
    return this.rooted ? null : 'it has no element';
  }
}
