import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';

/** The workspace's root folder. */
export const root = resolve(__dirname, '../../..');

export interface SourceFile {
  /** Path below the root, with `/`. */
  readonly path: string;
  readonly text: string;
  /** What it imports, as written. */
  readonly imports: readonly string[];
  /** A test, or something that only tests use. */
  readonly isSpec: boolean;
}

const built = new Set(['node_modules', 'dist', '.nx', '.git', '.millrace', '.cache', 'coverage']);

/** Every TypeScript file of the workspace that a person wrote. */
export function sourceFiles(): readonly SourceFile[] {
  return ['apps', 'libs', 'tools', 'e2e']
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => paths(folder))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .map(read);
}

/** Paths of every file and folder below a folder of the workspace; folders end with `/`. */
export function paths(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (built.has(entry.name)) return [];
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? [`${path}/`, ...paths(path)] : [path];
  });
}

/** The project that a file belongs to: `apps/scheduler`, `libs/clients/koji`, `e2e`. */
export function projectOf(path: string): string {
  const parts = path.split('/');
  if (parts[0] === 'e2e') return 'e2e';
  return parts.slice(0, path.startsWith('libs/clients/') ? 3 : 2).join('/');
}

/** Where a relative import of a file leads, as a path below the root without extension; null for a package. */
export function targetOf(file: SourceFile, imported: string): string | null {
  if (!imported.startsWith('.')) return null;
  const absolute = resolve(root, file.path, '..', imported);
  return relative(root, absolute).split(sep).join('/');
}

export function folders(parent: string): readonly string[] {
  if (!existsSync(join(root, parent))) return [];
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !built.has(entry.name))
    .map((entry) => entry.name);
}

function read(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  const imports = ts.preProcessFile(text, true, true).importedFiles.map((found) => found.fileName);
  return { path, text, imports, isSpec: /\.(spec|e2e|suite)\.ts$|^(apps|libs)\/.+\/(test|testing)\//.test(path) };
}
