import { AppError } from '@millrace/kernel';

/** A container definition in the subset that the local builder knows. */
export interface ContainerDescription {
  /** What `FROM` names: `scratch`, `platform`, or another container. */
  readonly from: string;
  /** Names of the packages (or files, or capabilities) that `RUN dnf install` installs, in order, each once. */
  readonly installs: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[] | null;
  readonly command: readonly string[] | null;
}

const maxBytes = 1024 * 1024;
const packageName = /^[A-Za-z0-9/][A-Za-z0-9._+:()/-]*$/;

/**
 * Reads a Containerfile: `FROM` (one), `LABEL k=v …`, `RUN dnf install [-y] PACKAGE…`, `ENTRYPOINT` and `CMD` as JSON.
 * @throws AppError `containerfile-invalid` with the line's number
 */
export function parseContainerfile(text: string, what = 'Containerfile'): ContainerDescription {
  if (text.length > maxBytes) throw invalid(what, 1, `it has more than ${maxBytes} characters`);
  let from: string | null = null;
  const installs = new Set<string>();
  const labels: Record<string, string> = {};
  let entrypoint: readonly string[] | null = null;
  let command: readonly string[] | null = null;
  for (const { line, number } of instructions(text)) {
    const [, word, rest] = /^(\S+)\s*(.*)$/s.exec(line)!;
    switch (word!.toUpperCase()) {
      case 'FROM':
        if (from !== null) throw invalid(what, number, 'it has more than one FROM');
        from = fromOf(rest!, what, number);
        break;
      case 'LABEL':
        Object.assign(labels, labelsOf(rest!, what, number));
        break;
      case 'RUN':
        installed(rest!, what, number).forEach((name) => installs.add(name));
        break;
      case 'ENTRYPOINT':
        entrypoint = jsonWords(rest!, what, number);
        break;
      case 'CMD':
        command = jsonWords(rest!, what, number);
        break;
      default:
        throw invalid(what, number, `the instruction ${word!.slice(0, 30)} is not supported`);
    }
  }
  if (from === null) throw invalid(what, 1, 'it has no FROM');
  return { from, installs: [...installs], labels, entrypoint, command };
}

function* instructions(text: string): Generator<{ line: string; number: number }> {
  let pending = '';
  let start = 0;
  for (const [n, raw] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(raw)) continue;
    if (pending === '') start = n + 1;
    const goesOn = /\\\s*$/.test(raw);
    pending += `${raw.replace(/\\\s*$/, '').trim()} `;
    if (goesOn) continue;
    yield { line: pending.trim(), number: start };
    pending = '';
  }
  if (pending.trim() !== '') yield { line: pending.trim(), number: start };
}

function fromOf(rest: string, what: string, number: number): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._/:+-]{0,254}$/.test(rest)) return rest;
  throw invalid(what, number, `FROM names '${rest.slice(0, 80)}', which is no image`);
}

function installed(rest: string, what: string, number: number): readonly string[] {
  const words = rest.split(/\s+/);
  const [tool, ...others] = words;
  const named = others.filter((word) => word !== '-y' && word !== '--assumeyes');
  const [verb, ...packages] = named;
  if (tool !== 'dnf' || verb !== 'install' || packages.length === 0) {
    throw invalid(what, number, 'RUN knows only the form `dnf install [-y] PACKAGE…`');
  }
  const bad = packages.find((name) => !packageName.test(name));
  if (bad !== undefined) throw invalid(what, number, `'${bad.slice(0, 80)}' is no name of a package`);
  return packages;
}

function labelsOf(rest: string, what: string, number: number): Record<string, string> {
  const found: Record<string, string> = {};
  const pair = /([A-Za-z0-9._/-]+)=("(?:[^"\\]|\\.)*"|\S*)\s*/gy;
  let end = 0;
  for (let match = pair.exec(rest); match; match = pair.exec(rest)) {
    found[match[1]!] = match[2]!.startsWith('"') ? match[2]!.slice(1, -1).replace(/\\(.)/g, '$1') : match[2]!;
    end = pair.lastIndex;
  }
  if (end === rest.length && end > 0) return found;
  throw invalid(what, number, 'LABEL must be written as name=value or name="value"');
}

function jsonWords(rest: string, what: string, number: number): readonly string[] {
  try {
    const words: unknown = JSON.parse(rest);
    if (Array.isArray(words) && words.every((word) => typeof word === 'string')) return words as string[];
  } catch (cause) {
    throw invalid(what, number, `it must be a JSON list of texts (${(cause as Error).message})`);
  }
  throw invalid(what, number, 'it must be a JSON list of texts');
}

function invalid(what: string, line: number, why: string): AppError {
  return new AppError({
    code: 'containerfile-invalid',
    kind: 'invalid',
    message: `${what}, line ${line}: ${why}`,
    remedy: 'write FROM, LABEL, RUN dnf install, ENTRYPOINT ["…"] and CMD ["…"] only',
  });
}
