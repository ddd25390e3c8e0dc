import type { SharedTexts } from '../byte-cache';
import { marks } from './xml-bytes';

const { ampersand, equals, greater, less, semicolon, slash } = marks;
const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const entity = /&([^;&]{1,12});/g;
/** With leading zeros; the longest that means anything is `&#1114111;`. */
const maxEntity = 12;

export function isXmlSpace(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 9 || byte === 13;
}

/** The first place from there on that is no white space, or the end of the data. */
export function afterSpace(data: Buffer, from: number): number {
  let at = from;
  while (at < data.length && isXmlSpace(data[at]!)) at++;
  return at;
}

/** Where a name ends: at white space, `=`, `>`, `/` or `<`, or at the end of the data. */
export function endOfName(data: Buffer, from: number): number {
  let at = from;
  for (; at < data.length; at++) {
    const byte = data[at]!;
    if (byte <= 32 || byte === equals || byte === greater || byte === slash || byte === less) break;
  }
  return at;
}

/** Behind the mark that some programs put before UTF-8. */
export function afterByteOrderMark(data: Buffer): number {
  return data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf ? 3 : 0;
}

/** What begins with `<!`. A document type is forbidden, and with it every entity that a document could define. */
export function declarationAt(data: Buffer, at: number): 'comment' | 'text' | 'forbidden' | 'unfinished' {
  const start = data.toString('latin1', at, at + 9);
  if (start.startsWith('<!--')) return 'comment';
  if (start === '<![CDATA[') return 'text';
  return '<![CDATA['.startsWith(start) || '<!--'.startsWith(start) ? 'unfinished' : 'forbidden';
}

/** Text with its entities resolved; only the five of XML and numbers are known. */
export function decodeText(data: Buffer, from: number, to: number, shared?: SharedTexts): string {
  if (shared) return shared.find(data, from, to) ?? shared.keep(data, from, to, decodeText(data, from, to));
  const text = data.toString('utf8', from, to);
  const lines = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  return lines.includes('&') ? lines.replace(entity, (_, name: string) => characterOf(name) ?? '') : lines;
}

/** What is wrong with a piece of text: a character that XML does not allow, or an entity that it does not define. */
export function textProblem(data: Buffer, from: number, to: number): string | null {
  for (let at = from; at < to; at++) {
    const byte = data[at]!;
    if (byte < 32 && !isXmlSpace(byte)) return 'a character is not allowed in XML';
    if (byte !== ampersand) continue;
    const end = data.indexOf(semicolon, at);
    const name = end === -1 || end > Math.min(to, at + maxEntity) ? '' : data.toString('latin1', at + 1, end);
    if (characterOf(name) === null)
      return `the entity '${data.toString('latin1', at, Math.min(to, at + 20))}' is not defined`;
    at = end;
  }
  return null;
}

function characterOf(name: string): string | null {
  if (!name.startsWith('#')) return Object.hasOwn(named, name) ? named[name]! : null;
  if (!/^#(x[0-9a-fA-F]+|[0-9]+)$/.test(name)) return null;
  const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
  return isXmlCharacter(code) ? String.fromCodePoint(code) : null;
}

/** XML 1.0, production 2 (`Char`). */
function isXmlCharacter(code: number): boolean {
  if (code < 32) return code === 9 || code === 10 || code === 13;
  return code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}
