import { imageError } from './image-description';

/** One instruction of a Dockerfile, its continuation lines joined; what its here-documents hold comes behind it. */
export interface Instruction {
  /** In capitals. */
  readonly word: string;
  readonly rest: string;
  readonly documents: readonly string[];
  readonly line: number;
}

const mostCharacters = 1024 * 1024;

/**
 * Cuts a Dockerfile into instructions (the reference of docker/dockerfile 1.7): parser directives, comments, lines that
 * go on, here-documents.
 * @throws AppError `image-definition` with file and line
 */
export function instructionsOf(text: string, what: string): readonly Instruction[] {
  if (text.length > mostCharacters) throw imageError(what, `it has more than ${mostCharacters} characters`);
  const lines = text.split(/\r?\n/);
  const ends = /^#\s*escape\s*=\s*`\s*$/im.test(lines.slice(0, 5).join('\n')) ? /`[ \t]*$/ : /\\[ \t]*$/;
  const found: Instruction[] = [];
  for (let at = 0; at < lines.length;) {
    if (isSkipped(lines[at]!)) {
      at++;
      continue;
    }
    const start = at;
    let written = '';
    for (; at < lines.length; at++) {
      const line = lines[at]!;
      if (at > start && isSkipped(line)) continue;
      written += ends.test(line) ? `${line.replace(ends, '')} ` : line;
      if (!ends.test(line)) break;
    }
    at++;
    const { documents, next } = documentsIn(written, lines, at, `${what}, line ${start + 1}`);
    at = next;
    const [, word, rest] = /^\s*(\S+)\s*(.*)$/s.exec(written)!;
    found.push({ word: word!.toUpperCase(), rest: rest!.trim(), documents, line: start + 1 });
  }
  return found;
}

function isSkipped(line: string): boolean {
  return /^\s*(#|$)/.test(line);
}

function documentsIn(
  written: string,
  lines: readonly string[],
  from: number,
  where: string,
): { readonly documents: readonly string[]; readonly next: number } {
  const documents: string[] = [];
  let next = from;
  if (!/^\s*(RUN|COPY|ADD)\s/i.test(written)) return { documents, next };
  for (const [, dash, , name] of written.matchAll(/<<(-?)(['"]?)([A-Za-z_]\w*)\2(?=\s|$)/g)) {
    const body: string[] = [];
    for (; ; next++) {
      if (next >= lines.length) throw imageError(where, `the here-document ${name} has no end`);
      const line = dash ? lines[next]!.replace(/^\t+/, '') : lines[next]!;
      if (line === name) break;
      body.push(line);
    }
    next++;
    documents.push(body.join('\n'));
  }
  return { documents, next };
}
