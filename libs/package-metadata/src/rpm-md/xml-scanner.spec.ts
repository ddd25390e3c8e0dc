import fc from 'fast-check';
import { XmlReader } from './xml-reader';
import { XmlScanner } from './xml-scanner';

type Seen = readonly (readonly [kind: 'open' | 'close', name: string, more: unknown])[];

const attributeNames = ['name', 'ver', 'rpm:x'];

/** What the general parser says; null when it refuses. */
function reference(xml: string): Seen | null {
  const seen: (readonly ['open' | 'close', string, unknown])[] = [];
  const reader = new XmlReader('x', {
    open: (name, attributes) => seen.push(['open', name, attributeNames.map((one) => attributes[one])]),
    close: (name, text) => seen.push(['close', name, text]),
  });
  return attempt(() => {
    reader.write(xml);
    reader.end();
    return seen;
  });
}

function scanned(chunks: readonly (string | Uint8Array)[]): Seen | null {
  const seen: (readonly ['open' | 'close', string, unknown])[] = [];
  const scanner = new XmlScanner('x', {
    open: (name, xml) => seen.push(['open', name, attributeNames.map((one) => xml.attribute(one))]),
    close: (name, xml) => seen.push(['close', name, xml.text()]),
  });
  return attempt(() => {
    chunks.forEach((chunk) => scanner.write(chunk));
    scanner.end();
    return seen;
  });
}

function attempt<T>(make: () => T): T | null {
  try {
    return make();
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: 'metadata-damaged', message: expect.stringMatching(/^x is no metadata/) });
    return null;
  }
}

const text = fc
  .array(fc.constantFrom('a', 'é', '😀', ' ', '\n', '>', "'", '&amp;', '&lt;', '&#65;', '&#x1F600;'), { maxLength: 5 })
  .map((all) => all.join(''));
const beside = fc.constantFrom('', '', '', '<!-- a <b> & -->', '<?x y?>', '<![CDATA[<c>&d;]]>', '\n  ');
const attributes = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...attributeNames), text, fc.constantFrom('"', "'")), { selector: ([n]) => n })
  .map((all) => all.map(([n, v, q]) => ` ${n} = ${q}${v.replaceAll(q, '').replaceAll('\n', ' ')}${q}`).join(''));
const name = fc.constantFrom('a', 'rpm:entry', 'package', 'b-c');
const { element } = fc.letrec<{ element: string }>((tie) => ({
  element: fc.oneof(
    { maxDepth: 4 },
    fc.tuple(name, attributes).map(([n, a]) => `<${n}${a}/>`),
    fc
      .tuple(name, attributes, fc.array(fc.tuple(text, beside, tie('element')), { maxLength: 3 }), text)
      .map(([n, a, inside, last]) => `<${n}${a}>${inside.flat().join('')}${last}</${n} >`),
  ),
}));
const document = fc
  .tuple(fc.constantFrom('', '<?xml version="1.0"?>\n'), element)
  .map((parts) => `${parts.join('')}\n`);

describe('the scanner against the general parser', () => {
  it('sees the same in every document', () => {
    fc.assert(
      fc.property(document, (xml) => {
        const expected = reference(xml);
        expect(expected).not.toBeNull();
        expect(scanned([xml])).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('sees the same however the bytes are cut', () => {
    fc.assert(
      fc.property(document, fc.integer({ min: 1, max: 9 }), (xml, size) => {
        const bytes = Buffer.from(xml);
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
          bytes.subarray(n * size, (n + 1) * size),
        );
        expect(scanned(chunks)).toEqual(reference(xml));
      }),
    );
  });

  it('takes no damaged document that the parser refuses, and sees the same in the others', () => {
    const damage = fc.record({
      at: fc.nat(400),
      remove: fc.nat(3),
      insert: fc.constantFrom('', '<', '>', '/', '"', '&', '=', ' ', 'x', '\u0001', '<a>', '</a>', '&x;', '<!', '&#0;'),
    });
    fc.assert(
      fc.property(element, damage, (xml, { at, remove, insert }) => {
        const place = at % xml.length;
        const damaged = Buffer.from(xml.slice(0, place) + insert + xml.slice(place + remove)).toString();
        // What the scanner does not look at.
        fc.pre(!damaged.includes(']]>') && !/<[?!]/.test(xml));
        const expected = reference(damaged);
        const actual = scanned([damaged]);
        if (actual !== null) expect(actual).toEqual(expected);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('the scanner', () => {
  it.each<[string, string]>([
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'document type'],
    ['<a>&b;</a>', "entity '&b;"],
    ['<a b="&c;"/>', 'entity'],
    ['<a></b>', 'matches no start tag'],
    ['<a><b></a>', 'matches no start tag'],
    ['<a/><b/>', 'more than one root'],
    ['<a', 'no element'],
    ['<a/>\u0001', 'follows'],
    ['<a>', "ends within 'a'"],
    ['hello', 'no element'],
    ['', 'no element'],
    ['<a b="1" b="2"/>', 'twice'],
    ['<a b=1/>', 'no quotes'],
    ['<a>\u0000</a>', 'not allowed'],
    [`<a ${Array.from({ length: 70 }, (_, n) => `b${n}="1"`).join(' ')}/>`, '64 attributes'],
    ['<a>'.repeat(70), '64 elements'],
    [`<a>${Array.from({ length: 1100 }, (_, n) => `<b${n}/>`).join('')}</a>`, 'one too many'],
  ])('%# is refused', (xml, words) => {
    const scanner = new XmlScanner('primary.xml', { open: () => undefined, close: () => undefined });
    const all = (): void => {
      scanner.write(xml);
      scanner.end();
    };
    expect(all).toThrow(expect.objectContaining({ code: 'metadata-damaged', message: expect.stringContaining(words) }));
  });

  it('says at which byte it stopped, over all chunks', () => {
    const scanner = new XmlScanner('primary.xml', { open: () => undefined, close: () => undefined });
    scanner.write('<a>');
    scanner.write('</a>');
    expect(() => scanner.write('<b/>')).toThrow(
      expect.objectContaining({ message: expect.stringContaining('(byte 9)') }),
    );
  });

  it('refuses a tag that has no end', () => {
    const scanner = new XmlScanner('primary.xml', { open: () => undefined, close: () => undefined });
    scanner.write('<a b="');
    const chunk = Buffer.alloc(8 * 1024 * 1024, 'x');
    expect(() => {
      for (let n = 0; n < 4; n++) scanner.write(chunk);
    }).toThrow(expect.objectContaining({ message: expect.stringContaining('a token has more than') }));
  });
});
