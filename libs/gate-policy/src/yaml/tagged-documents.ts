import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';
import type { PolicyProblem } from '../policy';

/** Larger files are refused unread. */
export const largestFile = 1024 * 1024;
const mostDocuments = 2000;

/** A node as it was written: scalars are texts, tags are kept, nothing is made of either. */
export type Written =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly plain: boolean;
      readonly tag: string;
      readonly line: number;
    }
  | { readonly kind: 'list'; readonly items: readonly Written[]; readonly tag: string; readonly line: number }
  | { readonly kind: 'map'; readonly members: readonly Member[]; readonly tag: string; readonly line: number };

export interface Member {
  readonly key: string;
  readonly value: Written;
  readonly line: number;
}

export class NotReadable extends Error {
  constructor(
    message: string,
    readonly line: number,
  ) {
    super(message);
  }

  get problem(): PolicyProblem {
    return { message: this.message, line: this.line };
  }
}

/**
 * Reads documents without making anything of their tags. Aliases stand for what they point at.
 *
 * @throws NotReadable with the line
 */
export function readDocuments(text: string): readonly Written[] {
  if (Buffer.byteLength(text) > largestFile) throw new NotReadable(`has more than ${largestFile} bytes`, 1);
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { schema: 'failsafe', lineCounter: lines, prettyErrors: false });
  const list = Array.isArray(documents) ? documents : [];
  if (list.length > mostDocuments) throw new NotReadable(`has more than ${mostDocuments} documents`, 1);
  return list.map((document) => {
    const error = document.errors[0];
    if (error) throw new NotReadable(`YAML Parser Error: ${error.message}`, lines.linePos(error.pos[0]).line);
    return new Writer(document, lines).write(document.contents, 0);
  });
}

const deepest = 20;
const mostNodes = 100_000;

class Writer {
  private nodes = 0;

  constructor(
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  write(node: unknown, depth: number): Written {
    const line = this.lineOf(node);
    if (depth > deepest) throw new NotReadable('YAML Parser Error: is nested too deeply', line);
    if (++this.nodes > mostNodes) throw new NotReadable('YAML Parser Error: has too many parts', line);
    if (isAlias(node)) return this.write(node.resolve(this.document), depth + 1);
    if (isScalar(node)) return this.text(node, line);
    if (isSeq(node)) {
      return {
        kind: 'list',
        items: node.items.map((item) => this.write(item, depth + 1)),
        tag: tagOf(node, line),
        line,
      };
    }
    if (!isMap(node)) return { kind: 'text', text: '', plain: true, tag: '', line };
    const members = node.items.map(({ key, value }) => ({
      key: isScalar(key) ? String(key.value) : '',
      value: this.write(value, depth + 1),
      line: this.lineOf(key),
    }));
    return { kind: 'map', members, tag: tagOf(node, line), line };
  }

  private text(node: Node & { value: unknown; type?: unknown; source?: string }, line: number): Written {
    const plain = node.type === 'PLAIN';
    const text = plain ? (node.source ?? '') : String(node.value ?? '');
    return { kind: 'text', text, plain, tag: tagOf(node, line), line };
  }

  private lineOf(node: unknown): number {
    const start = (node as { range?: [number, number, number] | null } | null)?.range?.[0] ?? 0;
    return Math.max(1, this.lines.linePos(start).line);
  }
}

const ownTags = 'tag:yaml.org,2002:';
const plainTypes: readonly string[] = ['map', 'seq', 'str', 'int', 'float', 'bool', 'null', 'timestamp'];
const policyTags: readonly string[] = ['!Policy', '!SubjectType', '!PassingTestCaseRule', '!RemoteRule'];

/**
 * Tags that every reader of YAML makes itself say nothing. Of any other kind nothing is made; tags of mappings are looked
 * at where they stand.
 */
function tagOf(node: { tag?: string | undefined }, line: number): string {
  const tag = node.tag ?? '';
  const isOwn = tag.startsWith(ownTags);
  if (isOwn && plainTypes.includes(tag.slice(ownTags.length))) return '';
  if (tag === '' || policyTags.includes(tag) || (!isOwn && isMap(node))) return tag;
  throw new NotReadable(
    `YAML Parser Error: could not determine a constructor for the tag '${tag.slice(0, 200)}'`,
    line,
  );
}
