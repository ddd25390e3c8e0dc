/** One instruction of a Dockerfile, its continued lines joined. */
export interface Instruction {
  readonly name: string;
  readonly rest: string;
  readonly line: number;
}

export interface Stage {
  readonly image: string;
  readonly name: string;
  readonly instructions: readonly Instruction[];
}

/** The stages of a Dockerfile. Knows what ours uses: comments, `\` at the end of a line, `FROM … AS name`. */
export function parseDockerfile(text: string): readonly Stage[] {
  const stages: { image: string; name: string; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsOf(text)) {
    if (instruction.name === 'FROM') {
      const [, image = '', name = ''] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(instruction.rest) ?? [];
      stages.push({ image, name, instructions: [] });
      continue;
    }
    stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

/** Words of an instruction's exec form (`["node", "main.js"]`); null when it is written for a shell. */
export function execForm(rest: string): readonly string[] | null {
  try {
    const words: unknown = JSON.parse(rest);
    return Array.isArray(words) ? (words as string[]) : null;
  } catch {
    return null;
  }
}

export interface Copy {
  readonly from: string | null;
  readonly sources: readonly string[];
  readonly target: string;
}

export function parseCopy(rest: string): Copy {
  const words = rest.split(/\s+/);
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length) ?? null;
  const paths = words.filter((word) => !word.startsWith('--'));
  return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? '.' };
}

function instructionsOf(text: string): readonly Instruction[] {
  const found: Instruction[] = [];
  let open: { text: string; line: number } | null = null;
  for (const [index, raw] of text.split('\n').entries()) {
    if (/^\s*(#|$)/.test(raw)) continue;
    const start: { text: string; line: number } = open ?? { text: '', line: index + 1 };
    const continued = raw.endsWith('\\');
    const joined: string = `${start.text} ${continued ? raw.slice(0, -1) : raw}`.trim();
    open = continued ? { text: joined, line: start.line } : null;
    if (!continued) found.push(instruction(joined, start.line));
  }
  return found;
}

function instruction(text: string, line: number): Instruction {
  const space = text.search(/\s/);
  return { name: text.slice(0, space).toUpperCase(), rest: text.slice(space).trim(), line };
}
