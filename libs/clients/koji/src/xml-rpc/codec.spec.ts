import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { decodeAnswer, decodeCall, splitKeywords } from './decode';
import { encodeAnswer, encodeCall, encodeFault, withKeywords } from './encode';
import type { RpcValue } from './value';

const fixture = (name: string) => readFileSync(join(__dirname, '../fixtures', name), 'utf8');
const answer = (xml: string) => decodeAnswer(`<methodResponse><params><param>${xml}</param></params></methodResponse>`);
const valueIn = (xml: string) => {
  const read = answer(xml);
  return read.kind === 'value' ? read.value : undefined;
};

const writable = /^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]*$/u;
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }).filter((s) => writable.test(s)),
  fc.constantFrom('\r\n', ' <a>&amp;]]>', '__proto__', 'constructor', '', ' ', '🚂'),
);
const date = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59Z'),
  noInvalidDate: true,
});
const beyond = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).filter((n) => !Number.isSafeInteger(Number(n)));
const { value: anyValue } = fc.letrec<{ value: RpcValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    text,
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    beyond,
    date.map((d) => new Date(Math.floor(d.getTime() / 1000) * 1000)),
    fc.uint8Array({ maxLength: 30 }).map((b) => Uint8Array.from(b)),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 5 }).map((pairs) => Object.fromEntries(pairs)),
  ),
}));

describe('XML-RPC', () => {
  it('reads back every value that it writes, however the bytes arrive', () => {
    fc.assert(
      fc.property(anyValue, fc.integer({ min: 1, max: 40 }), (value, size) => {
        const xml = encodeAnswer(value);
        expect(decodeAnswer(xml)).toEqual({ kind: 'value', value });
        expect(decodeAnswer(piecesOf(xml, size))).toEqual({ kind: 'value', value });
        expect(decodeCall(encodeCall('m', [value, 1]))).toEqual({ method: 'm', params: [value, 1] });
      }),
      { numRuns: 300 },
    );
  });

  it('is read by Python, which hubs are written in, and reads what Python writes', () => {
    const params: RpcValue[] = [{ a: 1, b: [2 ** 40, 1.5, null, true], c: 'zwölf <&>\n 🚂' }, 'x', -7];
    const script =
      'import sys,xmlrpc.client as x;p,m=x.loads(sys.stdin.buffer.read());print(x.dumps((list(p),),methodresponse=True,allow_none=True))';
    const back = execFileSync(
      'python3',
      ['-c', script.replace('import sys', 'import sys;sys.stdout.reconfigure(encoding="utf-8");import sys')],
      { input: encodeCall('m', withI8Small(params)), encoding: 'utf8' },
    );
    expect(decodeAnswer(back)).toEqual({ kind: 'value', value: withI8Small(params) });
  });

  it('reads calls and faults as they were seen on a real hub', () => {
    expect(decodeCall(fixture('build-call.xml'))).toEqual({
      method: 'build',
      params: ['git+https://src.example/rpms/libfoo#0123..', 't1', { wait_repo: true, wait_builds: [] }, null, null],
    });
    const { params } = decodeCall(fixture('list-tagged-call.xml'));
    expect(splitKeywords(params)).toEqual({ positional: ['f44-build'], keywords: { latest: true, inherit: true } });
    const faultString = 'unable to retry call 500 (method createTag) for session 1';
    expect(decodeAnswer(fixture('retry-fault.xml'))).toEqual({
      kind: 'fault',
      fault: { faultCode: 1009, faultString },
    });
  });

  it.each([
    ['<value>bare  text</value>', 'bare  text'],
    ['<value/>', ''],
    ['<value> <i4>+7</i4> </value>', 7],
    ['<value><i8>5000000000</i8></value>', 5_000_000_000],
    ['<value><i8>9223372036854775807</i8></value>', 2n ** 63n - 1n],
    ['<value><double>-1.5e3</double></value>', -1500],
    ['<value><nil/></value>', null],
    ['<value><string><![CDATA[a<b]]></string></value>', 'a<b'],
    ['<value><dateTime.iso8601>20260102T03:04:05</dateTime.iso8601></value>', new Date('2026-01-02T03:04:05Z')],
  ])('reads %s', (xml, value) => expect(valueIn(xml)).toEqual(value));

  it.each([
    ['<value><int>1.5</int></value>', /no integer/],
    ['<value><int>9223372036854775808</int></value>', /64 bits/],
    ['<value><boolean>yes</boolean></value>', /no boolean/],
    ['<value><double>nan</double></value>', /no number/],
    ['<value><base64>a</base64></value>', /base64/],
    ['<value><int>1</int><int>2</int></value>', /two things/],
    ['<value><constructor/></value>', /<constructor> stands in <value>/],
    ['<value><struct><member><value>x</value></member></struct></value>', /no name/],
    ['<int>1</int>', /stands in <param>/],
  ])('refuses %s', (xml, why) => expect(() => answer(xml)).toThrow(why));

  it('refuses document types, entities, what is no answer, and what is cut off', () => {
    const bomb =
      '<!DOCTYPE a [<!ENTITY e "ha">]><methodResponse><params><param><value>&e;</value></param></params></methodResponse>';
    expect(() => decodeAnswer(bomb)).toThrow(/document type/);
    expect(() => answer('<value>&unheard;</value>')).toThrow(/entity/);
    expect(() => decodeAnswer('<html></html>')).toThrow(/<html> stands in/);
    expect(() => decodeAnswer(encodeAnswer('x').slice(0, -20))).toThrow(/unclosed/);
    expect(() => decodeAnswer('')).toThrow(/without elements|document/);
  });

  it('keeps to its limits', () => {
    const nested = `${'<value><array><data>'.repeat(80)}${'</data></array></value>'.repeat(80)}`;
    expect(() => answer(nested)).toThrow(/nests deeper than 64/);
    const many = encodeAnswer(Array.from({ length: 100 }, () => 1));
    expect(() => decodeAnswer(many, { bytes: 1000, depth: 9, values: 1000 })).toThrow(/over 1000 bytes/);
    expect(() => decodeAnswer(many, { bytes: 99_999, depth: 9, values: 50 })).toThrow(/over 50 values/);
    expect(() => encodeCall('m', ['x'.repeat(5 * 1024 ** 2)])).toThrow(/which hubs refuse/);
  });

  it.each([[NaN], [Infinity], ['\u0000'], ['\ud800'], [2n ** 63n]])('does not send %p', (value) => {
    expect(() => encodeAnswer(value)).toThrow(expect.objectContaining({ code: 'xml-rpc-not-sendable' }));
  });

  it('says a fault even when its reason cannot be written', () => {
    expect(decodeAnswer(encodeFault(1000, 'bad \u0001'))).toEqual({
      kind: 'fault',
      fault: { faultCode: 1000, faultString: 'bad ?' },
    });
  });

  it('puts keyword arguments behind the others, and none where there are none', () => {
    expect(withKeywords(['a'], {})).toEqual(['a']);
    expect(withKeywords(['a'], { b: 1 })).toEqual(['a', { b: 1, __starstar: true }]);
  });
});

function piecesOf(xml: string, size: number): string[] {
  return Array.from({ length: Math.ceil(xml.length / size) }, (_, i) => xml.slice(i * size, (i + 1) * size));
}

/** xmlrpc.client writes no i8; Koji's own marshaller does. */
function withI8Small(params: RpcValue[]): RpcValue[] {
  return JSON.parse(JSON.stringify(params).replaceAll(String(2 ** 40), '1099511')) as RpcValue[];
}
