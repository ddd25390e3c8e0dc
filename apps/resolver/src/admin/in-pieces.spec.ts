import { WrittenAnswer } from '@millrace/service';
import { inPieces } from './in-pieces';

describe('an answer', () => {
  const many = Array.from({ length: 5001 }, (_, n) => ({ n, text: `"${n}"`, none: undefined }));

  it('with a long list is written in pieces, and is the same', () => {
    const reply = { a: 1, empty: [], gone: undefined, deep: { list: many, none: {} }, other: [[1], []], last: null };
    const written = inPieces(reply);
    expect(written).toBeInstanceOf(WrittenAnswer);
    expect(JSON.parse(String(written))).toEqual(JSON.parse(JSON.stringify(reply)));
    expect(typeof (inPieces(reply) as WrittenAnswer).overHttp()).toBe('object');
  });

  it('that is short stays as it is', () => {
    const reply = { list: [1, 2], at: null };
    expect(inPieces(reply)).toBe(reply);
  });
});
