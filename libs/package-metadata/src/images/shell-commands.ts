/** A simple command of a shell script as its words; `unknown` ones hold something that only the shell can tell. */
export interface ShellWord {
  readonly text: string;
  readonly unknown: boolean;
}

const keywords = new Set([
  'if',
  'then',
  'else',
  'elif',
  'fi',
  'do',
  'done',
  'while',
  'until',
  '!',
  '{',
  '}',
  'sudo',
  'exec',
]);

/**
 * The simple commands of a shell script, read only as far as package managers' calls need it: words with quotes,
 * commands cut at `&&`, `||`, `;`, `|`, `&`, brackets and line ends, assignments and keywords before a command left out.
 */
export function shellCommands(
  script: string,
  variables: ReadonlyMap<string, string>,
): readonly (readonly ShellWord[])[] {
  const commands: ShellWord[][] = [];
  let words: ShellWord[] = [];
  for (const token of tokensOf(script.replace(/\\\r?\n/g, ' '))) {
    if (token === null) {
      if (words.length > 0) commands.push(words);
      words = [];
    } else words.push(...expanded(token, variables));
  }
  if (words.length > 0) commands.push(words);
  return commands.map(withoutPrefixes).filter((command) => command.length > 0);
}

/** Known variables in a word, as Dockerfiles and shells write them: `$X`, `${X}`, `${X:-other}`, `${X:+other}`. */
export function expandVariables(text: string, variables: ReadonlyMap<string, string>): ShellWord {
  let unknown = false;
  const pattern = /\\\$|\$\{([A-Za-z_]\w*)(?::?([-+])([^}]*))?\}|\$([A-Za-z_]\w*)/g;
  const result = text.replace(pattern, (whole, braced?: string, sign?: string, other?: string, plain?: string) => {
    if (whole === '\\$') return '$';
    const value = variables.get(braced ?? plain!);
    if (sign === '+') return value ? other! : '';
    if (value !== undefined && (value !== '' || sign === undefined)) return value;
    if (sign === '-') return other!;
    unknown = true;
    return whole;
  });
  return { text: result, unknown };
}

interface Token {
  readonly text: string;
  /** Single quotes leave everything as it is, double ones only keep it one word. */
  readonly quoted: 'no' | 'partly' | 'wholly';
}

/** Words with their quotes taken off, and `null` where a command ends. */
function* tokensOf(script: string): Generator<Token | null> {
  const pattern =
    /(?<end>&&|\|\||[;|&\n()])|(?<comment>(?<=^|\s)#[^\n]*)|(?<word>(?:'[^']*'|"(?:\\[\s\S]|[^"\\])*"|\$\{[^}]*\}|\$\([^)]*\)|`[^`]*`|\\[\s\S]|[^\s;|&'"`()])+)|\s+/g;
  for (const { groups } of script.matchAll(pattern)) {
    if (groups!['end'] !== undefined) yield null;
    const word = groups!['word'];
    if (word === undefined) continue;
    if (/^'[^']*'$/.test(word)) yield { text: word.slice(1, -1), quoted: 'wholly' };
    else yield { text: unquoted(word), quoted: /['"]/.test(word) ? 'partly' : 'no' };
  }
}

function unquoted(word: string): string {
  return word.replace(/'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"/g, (_, one?: string, two?: string) => one ?? two ?? '');
}

/** A variable without quotes may hold several words. */
function expanded({ text, quoted }: Token, variables: ReadonlyMap<string, string>): readonly ShellWord[] {
  if (quoted === 'wholly') return [{ text, unknown: false }];
  if (/\$\(|`/.test(text)) return [{ text, unknown: true }];
  const { text: result, unknown } = expandVariables(text, variables);
  const parts = quoted === 'no' && /\$/.test(text) ? result.split(/\s+/).filter((part) => part !== '') : [result];
  return parts.map((part) => ({ text: part.replace(/\\(.)/g, '$1'), unknown }));
}

function withoutPrefixes(command: readonly ShellWord[]): readonly ShellWord[] {
  const first = command.findIndex(({ text }) => !keywords.has(text) && !/^[A-Za-z_]\w*=/.test(text));
  return first === -1 ? [] : command.slice(first);
}
