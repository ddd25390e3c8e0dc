import { boundedText, jsonIn } from './foreign-text';

describe('a text of somebody else', () => {
  const [umlaut, rest] = [Buffer.from('Müllerin').subarray(0, 2), Buffer.from('Müllerin').subarray(2)];

  it('comes in pieces that may part a letter', async () => {
    const pieces = async function* () {
      yield await Promise.resolve(umlaut);
      yield rest;
    };
    expect(await boundedText(pieces(), 9)).toBe('Müllerin');
    expect(await boundedText(pieces(), 8)).toBeNull();
    expect(await boundedText(null, 0)).toBe('');
  });

  it('is read no further than its bound', async () => {
    let [given, ended] = [0, false];
    const endless = async function* () {
      try {
        for (;;) {
          given += 1;
          yield await Promise.resolve(Buffer.alloc(100));
        }
      } finally {
        ended = true;
      }
    };
    expect(await boundedText(endless(), 250)).toBeNull();
    expect([given, ended]).toEqual([3, true]);
  });

  it('is JSON or not', () => {
    expect([jsonIn('{"a":1}'), jsonIn('<html/>'), jsonIn('')]).toEqual([{ a: 1 }, null, null]);
  });
});
