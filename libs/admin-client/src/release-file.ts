import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { knownKeysAt, nearestKey, releaseDefinition, type ReleaseDefinition } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { LineCounter, isMap, isPair, isSeq, parseDocument, type Document, type Node, type YAMLError } from 'yaml';

/** A definition larger than this is no definition. */
const maxBytes = 4 * 1024 * 1024;

/** One thing that is wrong with a file, and where; line and column count from 1. */
export interface FileProblem {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

export type ReleaseFile =
  | { readonly ok: true; readonly definition: ReleaseDefinition }
  | { readonly ok: false; readonly problems: readonly FileProblem[] };

/**
 * Reads a release definition: YAML 1.2 core without aliases, custom types or repeated keys. Source folders that are
 * relative become file:// addresses below the file's own folder.
 *
 * @throws AppError `file-unreadable`, `file-too-large`
 */
export function readReleaseFile(path: string): ReleaseFile {
  const file = resolve(path);
  const read = parseReleaseText(textOf(file));
  return read.ok ? { ok: true, definition: withAbsoluteSources(read.definition, dirname(file)) } : read;
}

export function parseReleaseText(text: string): ReleaseFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', uniqueKeys: true, prettyErrors: false });
  const broken = [...document.errors, ...document.warnings].map((error) => ofSyntax(error, lines));
  if (broken.length > 0) return { ok: false, problems: broken };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 0 });
  } catch (thrown) {
    return {
      ok: false,
      problems: [{ line: 1, column: 1, text: `aliases are not allowed: ${(thrown as Error).message}` }],
    };
  }
  const parsed = releaseDefinition.safeParse(value);
  if (parsed.success) return { ok: true, definition: parsed.data };
  const problems = parsed.error.issues.flatMap((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
    if (keys.length === 0)
      return [{ ...positionOf(document, issue.path, lines), text: wordsOf(issue.path, issue.message) }];
    return keys.map((key) => {
      const place = [...issue.path, key];
      return { ...positionOf(document, place, lines), text: wordsOf(place, unknownKey(key, issue.path)) };
    });
  });
  return { ok: false, problems: [...problems].sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** Where a member of a definition stands in its file, or the nearest thing around it. */
export function placeInFile(path: string, member: readonly (string | number)[]): Omit<FileProblem, 'text'> {
  const lines = new LineCounter();
  const document = parseDocument(textOf(resolve(path)), { lineCounter: lines, schema: 'core', prettyErrors: false });
  return positionOf(document, member, lines);
}

function textOf(file: string): string {
  try {
    if (statSync(file).size > maxBytes) throw tooLarge(file);
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw new AppError({
      code: 'file-unreadable',
      kind: 'missing',
      message: `${file} cannot be read: ${(thrown as Error).message}`,
      remedy: 'name the YAML file of a release definition',
      cause: thrown,
    });
  }
}

function tooLarge(file: string): AppError {
  return new AppError({
    code: 'file-too-large',
    kind: 'invalid',
    message: `${file} is larger than ${maxBytes} bytes`,
    remedy: 'name the YAML file of a release definition',
  });
}

function ofSyntax(error: YAMLError, lines: LineCounter): FileProblem {
  const { line, col } = lines.linePos(error.pos[0]);
  return { line, column: col, text: error.message };
}

/** A key that nothing reads, with the one that was meant, or those that there are. */
function unknownKey(key: string, around: readonly PropertyKey[]): string {
  const known = knownKeysAt(around);
  const meant = nearestKey(key, known);
  const remedy = meant === null ? `known here: ${known.join(', ')}` : `did you mean '${meant}'?`;
  return known.length === 0 ? `Unrecognized key '${key}'` : `Unrecognized key '${key}'; ${remedy}`;
}

function wordsOf(path: readonly PropertyKey[], message: string): string {
  return path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`;
}

/** Where a member stands: its key when it has one; the nearest thing around it when it is missing. */
function positionOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): Omit<FileProblem, 'text'> {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    const next = childOf(node, step);
    if (!next) break;
    offset = next.offset ?? offset;
    node = next.node;
  }
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function childOf(node: unknown, step: PropertyKey): { node: unknown; offset: number | null } | null {
  if (isMap(node)) {
    const pair = node.items.find(
      (item) => isPair(item) && String((item.key as { value?: unknown }).value) === String(step),
    );
    return pair ? { node: pair.value, offset: startOf(pair.key) } : null;
  }
  if (!isSeq(node)) return null;
  const item = node.items[Number(step)];
  return item === undefined ? null : { node: item, offset: startOf(item) };
}

function startOf(node: unknown): number | null {
  return (node as Node | null)?.range?.[0] ?? null;
}

function withAbsoluteSources(definition: ReleaseDefinition, folder: string): ReleaseDefinition {
  const sources = Object.entries(definition.sources).map(([type, source]) => [
    type,
    { ...source, git: absoluteGit(source.git, folder) },
  ]);
  return { ...definition, sources: Object.fromEntries(sources) as ReleaseDefinition['sources'] };
}

function absoluteGit(git: string, folder: string): string {
  // scp-like addresses (git@host:path) are left to the build system, which says what it takes.
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(git) || /^[^/]+@[^/]+:/.test(git)) return git;
  return decodeURI(pathToFileURL(resolve(folder, git)).href);
}
