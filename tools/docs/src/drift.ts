import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { breaks } from './additive';

const places = ['docs/generated', 'docs/generated/openapi', 'libs/contracts/golden'];

/** What on the disk differs from what would be generated: changed, missing, and left over. */
export function drift(root: string, wanted: ReadonlyMap<string, string>): readonly string[] {
  const differing = [...wanted].filter(([path, text]) => textOf(root, path) !== text).map(([path]) => path);
  return [...differing, ...leftOver(root, wanted)].sort();
}

/** Released events that would change otherwise than by new optional members. */
export function broken(root: string, wanted: ReadonlyMap<string, string>): readonly string[] {
  return [...wanted]
    .filter(([path]) => path.startsWith('libs/contracts/golden/') && path.endsWith('.schema.json'))
    .flatMap(([path, text]) => {
      const released = textOf(root, path);
      if (released === null) return [];
      return breaks(JSON.parse(released), JSON.parse(text)).map((what) => `${path}: ${what}`);
    });
}

/** Writes what differs and removes what is left over. */
export function write(root: string, wanted: ReadonlyMap<string, string>): void {
  for (const path of leftOver(root, wanted)) rmSync(join(root, path));
  for (const [path, text] of wanted) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function leftOver(root: string, wanted: ReadonlyMap<string, string>): readonly string[] {
  return places
    .filter((place) => existsSync(join(root, place)))
    .flatMap((place) =>
      readdirSync(join(root, place), { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => `${place}/${entry.name}`),
    )
    .filter((path) => !wanted.has(path));
}

function textOf(root: string, path: string): string | null {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null;
}
