import type { DefinitionProblem, ImageDescription, InstalledName } from './image-description';
import { imageError } from './image-description';
import { instructionsOf, type Instruction } from './instructions';
import { packagesAskedFor } from './package-manager-calls';
import { expandVariables, shellCommands } from './shell-commands';

export interface RecipeOptions {
  /** Docker's word for the architecture; `TARGETARCH` stands for it. */
  readonly architecture?: string;
  /** Values of build arguments, over those of the file. */
  readonly arguments?: Readonly<Record<string, string>>;
}

/** A stage while it is read. */
interface Stage {
  readonly name: string | null;
  /** A stage by number, an image as it is written, or null for `scratch`. */
  readonly from: number | string | null;
  readonly uses: (number | string)[];
  readonly installs: InstalledName[];
  readonly modules: string[];
  readonly problems: DefinitionProblem[];
  readonly variables: Map<string, string>;
}

/**
 * What any Dockerfile or Containerfile tells of its image: parents of all stages that the last one needs, images that
 * files are copied out of (`COPY --from`, `RUN --mount=from=`), and what its package managers install. Values of `ARG`
 * and `ENV` are put in where they are known; what only a build can tell is a problem, no error.
 * @throws AppError `image-definition` with file and line for what no builder would read
 */
export function readContainerRecipe(text: string, what = 'Dockerfile', options: RecipeOptions = {}): ImageDescription {
  return new Recipe(what, options).read(instructionsOf(text, what));
}

class Recipe {
  private readonly stages: Stage[] = [];
  private readonly globals: Map<string, string>;

  constructor(
    private readonly what: string,
    private readonly options: RecipeOptions,
  ) {
    const arch = options.architecture ?? 'amd64';
    const platform = `linux/${arch}`;
    this.globals = new Map([
      ...Object.entries({ TARGETARCH: arch, TARGETOS: 'linux', TARGETPLATFORM: platform, TARGETVARIANT: '' }),
      ...Object.entries({ BUILDARCH: arch, BUILDOS: 'linux', BUILDPLATFORM: platform, BUILDVARIANT: '' }),
    ]);
  }

  read(instructions: readonly Instruction[]): ImageDescription {
    for (const one of instructions) this.take(one);
    if (this.stages.length === 0) throw imageError(this.what, 'it has no FROM');
    return this.description();
  }

  private take(one: Instruction): void {
    const stage = this.stages.at(-1);
    if (one.word === 'FROM') return void this.stages.push(this.begin(one));
    if (one.word === 'ARG') return this.argument(one, stage);
    if (!stage) throw this.wrong(one, `${one.word.slice(0, 30)} stands before FROM`);
    if (one.word === 'ENV') return assign(stage.variables, one.rest);
    if (one.word === 'COPY' || one.word === 'ADD') return this.copy(one, stage);
    if (one.word === 'RUN') return this.run(one, stage);
  }

  private begin(one: Instruction): Stage {
    const words = one.rest.split(/\s+/).filter((word) => !word.startsWith('--'));
    const [image, as, name] = words;
    if (!image || (words.length !== 1 && (words.length !== 3 || as!.toUpperCase() !== 'AS'))) {
      throw this.wrong(one, 'FROM must be written as FROM IMAGE or FROM IMAGE AS NAME');
    }
    const { text, unknown } = expandVariables(image, this.globals);
    if (unknown || !isImage(text)) {
      throw this.wrong(
        one,
        `FROM names '${text.slice(0, 80)}', ${unknown ? 'whose ARG has no value' : 'which is no image'}`,
      );
    }
    const from = text === 'scratch' ? null : this.source(text);
    const inherited = typeof from === 'number' ? this.stages[from]!.variables : [];
    return {
      ...{ name: name?.toLowerCase() ?? null, from, uses: [], installs: [], modules: [], problems: [] },
      variables: new Map(inherited),
    };
  }

  /** A stage by its name or number, else the name of an image. */
  private source(text: string): number | string {
    const at = this.stages.findIndex(({ name }) => name === text.toLowerCase());
    if (at !== -1) return at;
    return /^\d+$/.test(text) && Number(text) < this.stages.length ? Number(text) : text;
  }

  private argument({ rest }: Instruction, stage: Stage | undefined): void {
    for (const word of rest.match(/[A-Za-z_]\w*(?:=(?:"[^"]*"|'[^']*'|\S)*)?/g) ?? []) {
      const [, name, value] = /^(\w+)(?:=(.*))?$/s.exec(word)!;
      const known = stage?.variables ?? this.globals;
      const given =
        this.options.arguments?.[name!] ?? (value === undefined ? this.globals.get(name!) : unquoted(value));
      if (given !== undefined) known.set(name!, expandVariables(given, known).text);
    }
  }

  private copy(one: Instruction, stage: Stage): void {
    const from = /(?:^|\s)--from=(\S+)/.exec(one.rest)?.[1];
    if (from !== undefined) this.use(one, stage, from);
  }

  private use(one: Instruction, stage: Stage, written: string): void {
    const { text, unknown } = expandVariables(written, new Map([...this.globals, ...stage.variables]));
    if (unknown)
      stage.problems.push({ line: one.line, what: written, why: 'only the build itself can tell which image it is' });
    else if (isImage(text)) stage.uses.push(this.source(text));
    else throw this.wrong(one, `'${text.slice(0, 80)}' is no image`);
  }

  private run(one: Instruction, stage: Stage): void {
    for (const [, mount] of one.rest.matchAll(/(?:^|\s)--mount=(\S+)/g)) {
      const from = /(?:^|,)from=([^,]+)/.exec(mount!)?.[1];
      if (from !== undefined) this.use(one, stage, from);
    }
    const script = one.rest.replace(/^(--[a-z]+=\S+\s+)+/, '');
    const words = /^\[/.test(script) ? jsonWords(script) : null;
    const commands = words
      ? commandsOf(words, stage.variables)
      : shellCommands([script.replace(/<<-?['"]?\w+['"]?/g, ''), ...one.documents].join('\n'), stage.variables);
    const { installs, modules, problems } = packagesAskedFor(commands);
    stage.installs.push(...installs);
    stage.modules.push(...modules);
    stage.problems.push(...problems.map((of) => ({ line: one.line, ...of })));
  }

  private description(): ImageDescription {
    const last = this.stages.length - 1;
    const inImage = this.chain(last);
    const needed = this.needed(last);
    const images = needed.flatMap((n) => [this.stages[n]!.from, ...this.stages[n]!.uses]);
    const installed = (stages: readonly number[]): readonly InstalledName[] =>
      once(
        stages.flatMap((n) => this.stages[n]!.installs),
        ({ family, name }) => `${family} ${name}`,
      );
    return {
      parents: [...new Set(images.filter((one) => typeof one === 'string'))],
      installs: installed(inImage),
      buildInstalls: installed(needed.filter((n) => !inImage.includes(n))),
      modules: [...new Set(needed.flatMap((n) => this.stages[n]!.modules))],
      problems: needed.flatMap((n) => this.stages[n]!.problems),
    };
  }

  /** A stage and those below it: together they are an image. */
  private chain(n: number): readonly number[] {
    const { from } = this.stages[n]!;
    return typeof from === 'number' ? [n, ...this.chain(from)] : [n];
  }

  /** A stage, and every other one that its build needs; builders leave the rest out. */
  private needed(n: number, seen = new Set<number>()): readonly number[] {
    if (seen.has(n)) return [...seen];
    seen.add(n);
    const { from, uses } = this.stages[n]!;
    for (const one of [from, ...uses]) if (typeof one === 'number') this.needed(one, seen);
    return [...seen];
  }

  private wrong({ line }: Instruction, why: string): Error {
    return imageError(`${this.what}, line ${line}`, why);
  }
}

function assign(variables: Map<string, string>, rest: string): void {
  if (!/^[A-Za-z_]\w*=/.test(rest)) {
    const [, name, value] = /^([A-Za-z_]\w*)\s+(.*)$/s.exec(rest) ?? [];
    if (name !== undefined) variables.set(name, expandVariables(value!, variables).text);
    return;
  }
  for (const [, name, value] of rest.matchAll(/([A-Za-z_]\w*)=((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|\S)*)/g)) {
    variables.set(name!, expandVariables(unquoted(value!), variables).text);
  }
}

function commandsOf(
  words: readonly string[],
  variables: ReadonlyMap<string, string>,
): ReturnType<typeof shellCommands> {
  const [shell, flag, script] = words;
  if (/(^|\/)(ba|da|k|z)?sh$/.test(shell ?? '') && /^-\w*c$/.test(flag ?? '') && script !== undefined) {
    return shellCommands(script, variables);
  }
  return words.length === 0 ? [] : [words.map((text) => ({ text, unknown: false }))];
}

/** The words of a JSON list; null for what is none: the builder takes that for a shell's command. */
function jsonWords(text: string): readonly string[] | null {
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? (words as string[]) : null;
  } catch {
    return null;
  }
}

function unquoted(text: string): string {
  return text.replace(/"((?:\\.|[^"\\])*)"|'([^']*)'/g, (_, one?: string, two?: string) => one ?? two ?? '');
}

function isImage(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._/:@+-]{0,400}$/.test(text);
}

function once<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
