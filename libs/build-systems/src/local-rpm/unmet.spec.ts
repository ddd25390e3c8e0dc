import { unmetAmong, type Offered } from './unmet';

const libgear: Offered = {
  name: 'libgear',
  provides: [{ name: 'libgear', flags: 'EQ', epoch: '0', version: '2.0', release: '1' }, { name: 'libgear.so.2()' }],
  files: ['/usr/lib64/libgear.so.2'],
};
const shell: Offered = { name: 'platform', provides: [{ name: '/bin/sh' }], files: [] };

describe('what keeps packages from being installed', () => {
  const unmet = (...requires: { name: string; flags?: 'EQ' | 'GE'; version?: string; release?: string }[]) =>
    unmetAmong([{ requires }], [libgear, shell]);

  it('is nothing when all that they require is provided, by name, version or path', () => {
    expect(
      unmet(
        { name: 'libgear.so.2()' },
        { name: '/bin/sh' },
        { name: '/usr/lib64/libgear.so.2' },
        { name: 'libgear', flags: 'GE', version: '1.5' },
        { name: '(libgear >= 2 or gearbox)' },
        { name: '(gearbox if nothing)' },
      ),
    ).toEqual([]);
  });

  it('is each requirement that nothing satisfies, once', () => {
    const old = { name: 'libgear', flags: 'EQ', version: '1.0', release: '3' } as const;
    expect(unmet({ name: 'libgear.so.1()' }, old, old, { name: '(gearbox and libgear)' })).toEqual([
      '(gearbox and libgear)',
      'libgear = 1.0-3',
      'libgear.so.1()',
    ]);
  });
});
