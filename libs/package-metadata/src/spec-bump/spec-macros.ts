/** What a spec's own text says of a package, without running any of it. null: it cannot be told from the text alone. */
export interface SpecWords {
  readonly name: string | null;
  readonly epoch: string | null;
  readonly version: string | null;
  readonly release: string | null;
}

const mostDepth = 16;
const mostLength = 1000;
const sections =
  /^%(?:package|description|prep|generate_buildrequires|conf|build|install|check|files|changelog|pre|post|preun|postun)\b/;

/**
 * Reads name, epoch, version and release from a spec's preamble. Macros that the spec defines in plain text are
 * filled in, and those of `macros`; `%{?unknown}` is nothing. Whatever would have to be run or weighed (`%( … )`, Lua,
 * expressions, a value that is defined twice or under a condition) is null: only rpm in a sandbox can say it.
 *
 * @param macros values to go by, e.g. `{ dist: '' }`
 */
export function readSpecWords(text: string, macros: Readonly<Record<string, string>> = {}): SpecWords {
  const known = new Map<string, string | null>(Object.entries(macros));
  const tags = new Map<string, string | null>();
  let conditions = 0;
  for (const line of text.split('\n')) {
    if (sections.test(line)) break;
    if (/^%if/.test(line)) conditions += 1;
    if (/^%endif\b/.test(line)) conditions -= 1;
    noteDefinition(known, macros, line, conditions > 0);
    noteTag(tags, line, conditions > 0);
  }
  for (const [tag, value] of tags) if (!known.has(tag)) known.set(tag, value);
  const expanded = (tag: string): string | null => {
    const value = tags.get(tag);
    const plain = value === undefined || value === null ? null : expand(value, known, 0);
    return plain === null || !/^(?!.*\.\.)[A-Za-z0-9._+~^-]+$/.test(plain) ? null : plain;
  };
  const epoch = tags.has('epoch') ? expanded('epoch') : '0';
  return { name: expanded('name'), epoch, version: expanded('version'), release: expanded('release') };
}

function noteDefinition(
  known: Map<string, string | null>,
  given: Readonly<Record<string, string>>,
  line: string,
  conditional: boolean,
): void {
  const definition = /^%(?:global|define)\s+([A-Za-z_]\w*)(\(\S*\))?\s+(.*?)\s*$/.exec(line);
  if (!definition) return;
  const [, name, parameters, value] = definition;
  if (Object.hasOwn(given, name!)) return;
  const plain = parameters === undefined && !conditional && !value!.endsWith('\\') && !known.has(name!);
  known.set(name!, plain || known.get(name!) === value ? value! : null);
}

function noteTag(tags: Map<string, string | null>, line: string, conditional: boolean): void {
  const tag = /^(name|epoch|version|release)\s*:\s*(.*?)\s*$/i.exec(line);
  if (!tag) return;
  const name = tag[1]!.toLowerCase();
  tags.set(name, conditional || tags.has(name) ? null : tag[2]!);
}

const reference = /%(?:%|\{([!?]*)([A-Za-z_]\w*)(?::([^{}]*))?\}|([!?]*)([A-Za-z_]\w*)|.|$)/gs;

function expand(value: string, known: ReadonlyMap<string, string | null>, depth: number): string | null {
  if (depth > mostDepth || value.length > mostLength) return null;
  let failed = false;
  const result = value.replace(
    reference,
    (
      whole: string,
      braceMarks?: string,
      braceName?: string,
      body?: string,
      plainMarks?: string,
      plainName?: string,
    ): string => {
      if (whole === '%%') return '%';
      const name = braceName ?? plainName;
      const one =
        name === undefined
          ? null
          : expandOne(name, braceMarks ?? plainMarks ?? '', body, (text) => expand(text, known, depth + 1), known);
      failed ||= one === null;
      return one ?? '';
    },
  );
  return failed || result.length > mostLength ? null : result;
}

/** `%{name}`, `%{?name}`, `%{?name:text}`, `%{!?name:text}`. */
function expandOne(
  name: string,
  marks: string,
  body: string | undefined,
  deeper: (text: string) => string | null,
  known: ReadonlyMap<string, string | null>,
): string | null {
  const value = known.get(name);
  if (value === null) return null;
  const asked = marks.includes('?');
  const negated = marks.includes('!');
  if (!asked) return value === undefined || body !== undefined ? null : deeper(value);
  const holds = (value !== undefined) !== negated;
  if (!holds) return '';
  if (body !== undefined) return deeper(body);
  return negated ? '' : deeper(value!);
}
