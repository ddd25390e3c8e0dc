import * as fc from 'fast-check';
import { ByteCache } from './byte-cache';

const key = fc.uint8Array({ maxLength: 6 });

describe('a cache by bytes', () => {
  it('gives what was kept for the same bytes, wherever they lie, and nothing for others', () => {
    fc.assert(
      fc.property(fc.array(key), key, fc.uint8Array({ maxLength: 9 }), (kept, wanted, around) => {
        const cache = new ByteCache<string>();
        const names = new Set<string>();
        for (const one of kept) {
          const name = String(one);
          expect(cache.find(one, 0, one.length)).toBe(names.has(name) ? name : undefined);
          if (!names.has(name)) cache.keep(one, 0, one.length, name);
          names.add(name);
        }
        const data = Uint8Array.from([...around, ...wanted, ...around]);
        const found = cache.find(data, around.length, around.length + wanted.length);
        expect(found).toBe(names.has(String(wanted)) ? String(wanted) : undefined);
      }),
    );
  });

  it('forgets rather than growing without an end', () => {
    const cache = new ByteCache<number>();
    const data = new Uint8Array(1024 * 1024);
    for (let n = 0; n < 20; n++) {
      data[0] = n;
      expect(cache.find(data, 0, data.length)).toBeUndefined();
      expect(cache.keep(data, 0, data.length, n)).toBe(n);
    }
    data[0] = 3;
    expect(cache.find(data, 0, data.length)).toBe(3);
    data[0] = 19;
    expect(cache.find(data, 0, data.length)).toBeUndefined();
  });
});
