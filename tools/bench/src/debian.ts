import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Indices {
  readonly sources: string;
  readonly packages: string;
}

const address = 'http://deb.debian.org/debian bookworm main';

/** Fetches bookworm's indices with apt, into lists of its own: the machine's are not touched. */
export function fetchIndices(folder: string): Indices {
  const lists = join(folder, 'lists');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  const sourceList = join(folder, 'sources.list');
  writeFileSync(sourceList, `deb [arch=amd64] ${address}\ndeb-src ${address}\n`);
  const options = [
    `Dir::State::lists=${lists}`,
    `Dir::Etc::sourcelist=${sourceList}`,
    'Dir::Etc::sourceparts=-',
    'Acquire::Languages=none',
  ].flatMap((option) => ['-o', option]);
  execFileSync('apt-get', [...options, 'update'], { stdio: 'ignore' });
  const found = (part: string): string => {
    const name = readdirSync(lists).find((file) => file.includes(part));
    if (name === undefined) throw new Error(`apt-get fetched no ${part}`);
    return join(lists, name);
  };
  return { sources: found('_source_Sources'), packages: found('_Packages') };
}
