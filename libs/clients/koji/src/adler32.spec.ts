import { adler32, adlerHex } from './adler32';

describe('Adler-32', () => {
  it('is that of RFC 1950', () => {
    expect(adlerHex(adler32(Buffer.from('Wikipedia')))).toBe('11e60398');
    expect(adlerHex(adler32(Buffer.alloc(0)))).toBe('00000001');
  });

  it('goes on where it stopped, over any length', () => {
    const bytes = Buffer.alloc(20_000, 0xff);
    expect(adler32(bytes.subarray(7000), adler32(bytes.subarray(0, 7000)))).toBe(adler32(bytes));
  });
});
