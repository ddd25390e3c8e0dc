/** What local-rpm builds an image from: a small, documented part of the Containerfile language. */
export interface ImageDefinition {
  readonly from: 'scratch' | 'platform';
  readonly labels: Readonly<Record<string, string>>;
  /** Packages and other requirements to install, as dnf takes them. */
  readonly install: readonly string[];
  readonly entrypoint: readonly string[] | null;
  readonly command: readonly string[] | null;
}

export interface ContainerfileProblem {
  readonly line: number;
  readonly problem: string;
}

const mostInstructions = 200;
const requirement = /^[A-Za-z0-9/(][A-Za-z0-9/._+:()~^-]*$/;

/**
 * Reads FROM scratch|platform, LABEL, RUN dnf install, ENTRYPOINT and CMD with JSON lists; anything else is a problem
 * with its line. RUN is no shell: nothing of the file is ever executed.
 */
export function parseContainerfile(text: string): ImageDefinition | ContainerfileProblem {
  const instructions = instructionsOf(text);
  const draft = { labels: {} as Record<string, string>, install: [] as string[] };
  let definition: ImageDefinition = { from: 'scratch', entrypoint: null, command: null, ...draft };
  if (instructions.length > mostInstructions) return { line: 1, problem: `has over ${mostInstructions} instructions` };
  if (instructions[0]?.name !== 'FROM')
    return { line: 1, problem: 'does not begin with FROM scratch or FROM platform' };
  for (const [n, instruction] of instructions.entries()) {
    const next = n > 0 && instruction.name === 'FROM' ? 'has more than one FROM' : take(definition, instruction);
    if (typeof next === 'string') return { line: instruction.line, problem: next };
    definition = next;
  }
  return definition;
}

interface Instruction {
  readonly line: number;
  readonly name: string;
  readonly rest: string;
}

function instructionsOf(text: string): readonly Instruction[] {
  const found: Instruction[] = [];
  let begun: readonly string[] = [];
  let begunAt = 0;
  for (const [n, raw] of `${text}\n`.split('\n').entries()) {
    const line = raw.trim();
    if (line.startsWith('#')) continue;
    if (begun.length === 0) begunAt = n + 1;
    begun = [...begun, line.replace(/\\$/, '').trim()];
    if (line.endsWith('\\')) continue;
    const whole = begun.join(' ').trim();
    if (whole !== '') found.push(instructionOf({ line: begunAt, text: whole }));
    begun = [];
  }
  return found;
}

function instructionOf({ line, text }: { line: number; text: string }): Instruction {
  const [, name = '', rest = ''] = /^(\S*)\s*(.*)$/.exec(text)!;
  return { line, name: name.toUpperCase(), rest };
}

/** The definition with one more instruction, or what is wrong with that. */
function take(definition: ImageDefinition, { name, rest }: Instruction): ImageDefinition | string {
  switch (name) {
    case 'FROM':
      return rest === 'scratch' || rest === 'platform'
        ? { ...definition, from: rest }
        : 'FROM takes scratch or platform';
    case 'LABEL': {
      const labels = labelsOf(rest);
      return labels ? { ...definition, labels: { ...definition.labels, ...labels } } : 'LABEL takes name="value" pairs';
    }
    case 'RUN': {
      const packages = installed(rest);
      return packages
        ? { ...definition, install: [...definition.install, ...packages] }
        : 'RUN takes only: dnf install -y PACKAGE...';
    }
    case 'ENTRYPOINT':
    case 'CMD': {
      const words = jsonWords(rest);
      if (!words) return `${name} takes a JSON list of strings`;
      return name === 'CMD' ? { ...definition, command: words } : { ...definition, entrypoint: words };
    }
    default:
      return `${name.slice(0, 30)} is not among the instructions that local-rpm knows: FROM, LABEL, RUN, ENTRYPOINT, CMD`;
  }
}

function labelsOf(rest: string): Record<string, string> | null {
  const pair = /\s*([\w.-]+)=(?:"([^"]*)"|([^\s"]+))/y;
  const labels: Record<string, string> = {};
  while (pair.lastIndex < rest.length) {
    const match = pair.exec(rest);
    if (!match) return null;
    labels[match[1]!] = match[2] ?? match[3] ?? '';
  }
  return Object.keys(labels).length > 0 ? labels : null;
}

function installed(rest: string): readonly string[] | null {
  const match = /^dnf\s+(?:-y\s+)?install\s+(.+?)(?:\s*&&\s*dnf\s+clean\s+all)?$/.exec(rest);
  const words = match?.[1]?.split(/\s+/).filter((word) => word !== '-y') ?? [];
  return words.length > 0 && words.every((word) => requirement.test(word)) ? words : null;
}

function jsonWords(rest: string): readonly string[] | null {
  try {
    const words: unknown = JSON.parse(rest);
    return Array.isArray(words) && words.length > 0 && words.every((w) => typeof w === 'string')
      ? (words as string[])
      : null;
  } catch {
    return null;
  }
}
