import { AppError } from '@millrace/kernel';
import { isAlias, parseDocument, visit, type Document } from 'yaml';
import type { YamlValue } from './yaml-values';

/** One document of a stream. */
export interface YamlDocument {
  readonly value: YamlValue;
  /** The file, the document's number and its first line, for people. */
  readonly where: string;
}

export interface YamlRules {
  /** libmodulemd does not know aliases. */
  readonly aliases: boolean;
}

const maxCharacters = 64 * 1024 * 1024;
const maxDocument = 8 * 1024 * 1024;
const maxDocuments = 100_000;

/**
 * The documents of a YAML stream, all scalars as texts, each document parsed by itself so that memory is bounded by
 * the largest.
 * @throws AppError `modulemd-damaged` naming the document and what is wrong with it
 */
export function yamlDocuments(
  yaml: string,
  what: string,
  rules: YamlRules = { aliases: true },
): readonly YamlDocument[] {
  if (yaml.length > maxCharacters) throw modulemdError(what, `it has more than ${maxCharacters} characters`);
  const parts = partsOf(yaml);
  if (parts.length > maxDocuments) throw modulemdError(what, `it has more than ${maxDocuments} documents`);
  return parts.map(({ text, line }, n) => {
    const where = `${what}, document ${n + 1} (line ${line})`;
    if (text.length > maxDocument) throw modulemdError(where, `it has more than ${maxDocument} characters`);
    return { value: valueOf(text, where, rules), where };
  });
}

export function modulemdError(where: string, why: string): AppError {
  return new AppError({
    code: 'modulemd-damaged',
    kind: 'invalid',
    message: `${where} cannot be read: ${why.slice(0, 300)}`,
    remedy: 'check it with modulemd-validator',
  });
}

/** Cut where a line begins with `---` or `...`, which it can only at the border of two documents. */
function partsOf(yaml: string): readonly { readonly text: string; readonly line: number }[] {
  const found: { text: string; line: number }[] = [];
  let lines: string[] = [];
  let start = 1;
  const close = (next: number): void => {
    if (lines.some((line) => !/^\s*(#.*)?$|^---\s*$|^%/.test(line)))
      found.push({ text: lines.join('\n'), line: start });
    lines = [];
    start = next;
  };
  yaml.split('\n').forEach((line, n) => {
    if (/^---(\s|$)/.test(line)) close(n + 1);
    if (/^\.\.\.(\s|$)/.test(line)) return close(n + 2);
    if (!line.startsWith('%')) lines.push(line);
  });
  close(0);
  return found;
}

function valueOf(text: string, where: string, rules: YamlRules): YamlValue {
  try {
    const document = parseDocument(withIndentedQuotes(text), {
      schema: 'failsafe',
      uniqueKeys: false,
      logLevel: 'silent',
    });
    const [error] = document.errors;
    if (error?.code === 'RESOURCE_EXHAUSTION') throw new Error('it nests deeper than anybody reads');
    if (error) throw error;
    if (!rules.aliases && hasAlias(document)) throw new Error('it has an alias, which modulemd does not know');
    return withoutNulls(document.toJS({ maxAliasCount: 100 }) as YamlValue);
  } catch (cause) {
    throw modulemdError(where, (cause as Error).message);
  }
}

/**
 * Published metadata has texts over several lines whose closing quote stands alone at the start of a line. libyaml takes
 * that, YAML's grammar does not.
 */
function withIndentedQuotes(yaml: string): string {
  return yaml.replace(/^(['"])[ \t]*$/gm, `${' '.repeat(40)}$1`);
}

function hasAlias(document: Document): boolean {
  let found = false;
  visit(document, (_, node) => {
    if (!isAlias(node)) return undefined;
    found = true;
    return visit.BREAK;
  });
  return found;
}

/** A key without a value has the empty text: libyaml makes no difference. */
function withoutNulls(value: YamlValue): YamlValue {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((one: YamlValue) => withoutNulls(one));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutNulls(one)]));
}
