import { SaxesParser } from 'saxes';
import { damagedXml } from './xml-problem';

export interface XmlHandler {
  /** `name` has no namespace prefix. */
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  /** With the text between the tags, up to 64 KiB of it. */
  close(name: string, text: string): void;
}

const maxText = 64 * 1024;
const maxDepth = 64;

/** A push parser that refuses document types, and with them every entity that a document could define. */
export class XmlReader {
  private readonly parser = new SaxesParser({ xmlns: false });
  private text = '';
  private depth = 0;

  constructor(
    private readonly what: string,
    handler: XmlHandler,
  ) {
    this.parser.on('doctype', () => this.refuse('it has a document type, which metadata never has'));
    this.parser.on('error', (e) => this.refuse(e.message));
    this.parser.on('opentag', (tag) => {
      if (++this.depth > maxDepth) this.refuse(`it nests deeper than ${maxDepth} elements`);
      this.text = '';
      handler.open(local(tag.name), tag.attributes);
    });
    this.parser.on('text', (text) => {
      if (this.text.length < maxText) this.text += text.slice(0, maxText);
    });
    this.parser.on('closetag', (tag) => {
      this.depth--;
      handler.close(local(tag.name), this.text.trim());
      this.text = '';
    });
  }

  write(chunk: string): void {
    this.parser.write(chunk);
  }

  end(): void {
    this.parser.close();
  }

  private refuse(why: string): never {
    throw damagedXml(this.what, why);
  }
}

function local(name: string): string {
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(colon + 1);
}
