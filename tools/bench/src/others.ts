import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Indices } from './debian';

/** Other tools work on plain files. */
export function plain(indices: Indices, folder: string): Indices {
  const open = (path: string, name: string): string => {
    if (!/\.(lz4|xz|gz|zst)$/.test(path)) return path;
    const target = join(folder, name);
    writeFileSync(target, execFileSync('/usr/lib/apt/apt-helper', ['cat-file', path], { maxBuffer: 2 ** 30 }));
    return target;
  };
  return { sources: open(indices.sources, 'Sources'), packages: open(indices.packages, 'Packages') };
}

const perl = `architectures = ["amd64"];
title = "perl";
is_affected = .depends ~ /perlapi-5.36.0|libperl5.36/;
is_good = .depends ~ /perlapi-5.38/;
is_bad = .depends ~ /perlapi-5.36.0/;
`;

/** Seconds that ben takes for the set and levels of perl's transition; null where it is not installed. */
export function benSeconds(indices: Indices, folder: string): number | null {
  const file = join(folder, 'perl.ben');
  writeFileSync(file, perl);
  for (const [name, path] of [
    ['Sources', indices.sources],
    ['Packages_amd64', indices.packages],
  ] as const) {
    writeFileSync(join(folder, name), readFileSync(path));
  }
  const args = ['monitor', '--cache-dir', folder, '-f', 'text', file];
  return seconds('ben', args, folder);
}

/** Seconds that dose-ceve takes for who needs libssl-dev to be built; null where it is not installed. */
export function doseSeconds({ sources, packages }: Indices, folder: string): number | null {
  const input = ['--deb-native-arch=amd64', '-T', 'debsrc', `debsrc://${sources}`, `deb://${packages}`];
  return seconds('dose-ceve', ['-r', 'libssl-dev', ...input], folder);
}

function seconds(program: string, args: readonly string[], cwd: string): number | null {
  const started = performance.now();
  const { error, status } = spawnSync(program, args, { cwd, stdio: 'ignore', timeout: 600_000 });
  return error || status !== 0 ? null : (performance.now() - started) / 1000;
}
