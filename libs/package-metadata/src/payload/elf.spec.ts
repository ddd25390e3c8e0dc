import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { readElfSymbols } from './elf';

const folder = mkdtempSync(join(tmpdir(), 'millrace-elf-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const tools = existsSync('/usr/bin/gcc') && existsSync('/usr/bin/nm');

/** A library and a program that is linked with it, compiled here. */
function compiled(): { readonly library: string; readonly program: string } {
  const [library, program] = [join(folder, 'libgear.so'), join(folder, 'mill')];
  writeFileSync(
    join(folder, 'gear.c'),
    'int gear_wheels = 3; int gear_turn(int n) { return n; } static int own(void) { return 1; }\n' +
      '__attribute__((visibility("hidden"))) int gear_hidden(void) { return own(); }\n' +
      '__attribute__((weak)) int gear_weak(void) { return gear_hidden(); }\n',
  );
  writeFileSync(join(folder, 'mill.c'), 'int gear_turn(int); int main(void) { return gear_turn(0); }\n');
  const shared = ['-shared', '-fPIC', '-Wl,-soname,libgear.so.7', '-o', library, join(folder, 'gear.c')];
  execFileSync('gcc', shared, { stdio: 'pipe' });
  execFileSync('gcc', ['-o', program, join(folder, 'mill.c'), library], { stdio: 'pipe' });
  return { library, program };
}

function nm(path: string, which: '--defined-only' | '--undefined-only'): string[] {
  const lines = execFileSync('nm', ['-D', which, '--format=posix', path], { encoding: 'utf8' }).trim().split('\n');
  return [...new Set(lines.map((line) => line.split(' ')[0]!.replace(/@.*$/, '')))].sort();
}

(tools ? describe : describe.skip)(`dynamic symbols (gcc and nm ${tools ? 'are' : 'are not'} installed)`, () => {
  it('are those that nm finds, without hidden and static ones', () => {
    const { library, program } = compiled();
    const [lib, mill] = [library, program].map((path) => readElfSymbols(readFileSync(path))!);
    expect(lib!.soname).toBe('libgear.so.7');
    expect(lib!.exports).toEqual(expect.arrayContaining(['gear_turn', 'gear_weak', 'gear_wheels']));
    expect(lib!.exports).not.toContain('gear_hidden');
    expect(lib!.exports).toEqual(nm(library, '--defined-only'));
    expect(lib!.imports).toEqual(nm(library, '--undefined-only'));
    expect(mill!.needed).toEqual(expect.arrayContaining(['libgear.so.7']));
    expect(mill!.imports).toEqual(nm(program, '--undefined-only'));
    expect(mill!.imports).toContain('gear_turn');
  });

  it('of a damaged file are none, whatever is damaged', () => {
    const whole = readFileSync(compiled().library);
    const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), fc.nat(whole.length), (changes, length) => {
        const bytes = Buffer.from(whole.subarray(0, length));
        for (const [at, by] of changes) if (at < length) bytes[at]! ^= by;
        const found = readElfSymbols(bytes);
        expect(found === null || Array.isArray(found.exports)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

it('what is no ELF file has no symbols', () => {
  for (const bytes of ['', '#!/bin/sh\n', '\x7fELF', '\x7fELF\x09\x09']) {
    expect(readElfSymbols(Buffer.from(bytes, 'latin1'))).toBeNull();
  }
});
