import { AppError } from '@millrace/kernel';
import type { Dependency, DependencyFlag } from './dependency';
import { parseEvr } from './evr';

/** A boolean dependency (rpm's doc/manual/boolean_dependencies.md). */
export type RichDependency =
  | { readonly kind: 'simple'; readonly dependency: Dependency }
  /** `with`: one package that has all. */
  | { readonly kind: 'and' | 'or' | 'with'; readonly of: readonly RichDependency[] }
  /** One package that has the first and not the second. */
  | { readonly kind: 'without'; readonly wanted: RichDependency; readonly unwanted: RichDependency }
  | {
      readonly kind: 'if' | 'unless';
      readonly then: RichDependency;
      readonly condition: RichDependency;
      readonly otherwise: RichDependency | null;
    };

type Operator = 'and' | 'or' | 'if' | 'unless' | 'with' | 'without' | 'else';

const operators: readonly string[] = ['and', 'or', 'if', 'unless', 'with', 'without', 'else'];
const signs: Readonly<Record<string, DependencyFlag>> = {
  ...{ '=': 'EQ', '==': 'EQ', '<': 'LT', '>': 'GT', '<=': 'LE', '=<': 'LE', '>=': 'GE', '=>': 'GE' },
};
const maxDepth = 32;

/** Whether a name in provides or requires stands for a boolean dependency. */
export function isRich(name: string): boolean {
  return name.startsWith('(');
}

/**
 * Parses a boolean dependency as rpm does (lib/rpmds.c, `rpmrichParse`).
 * @throws AppError `dependency-syntax` with the place
 */
export function parseRichDependency(text: string): RichDependency {
  const scanner = new RichScanner(text);
  const found = scanner.group(0);
  scanner.end();
  return found;
}

/** Every simple dependency within, in order; `conditions` are those that are only asked for, never needed. */
export function partsOfRich(rich: RichDependency): {
  readonly needs: readonly Dependency[];
  readonly conditions: readonly Dependency[];
} {
  const needs: Dependency[] = [];
  const conditions: Dependency[] = [];
  collect(rich, needs, conditions);
  return { needs, conditions };
}

function collect(rich: RichDependency, needs: Dependency[], conditions: Dependency[]): void {
  switch (rich.kind) {
    case 'simple':
      needs.push(rich.dependency);
      return;
    case 'and':
    case 'or':
    case 'with':
      rich.of.forEach((one) => collect(one, needs, conditions));
      return;
    case 'without':
      collect(rich.wanted, needs, conditions);
      collect(rich.unwanted, conditions, conditions);
      return;
    case 'if':
    case 'unless':
      collect(rich.then, needs, conditions);
      collect(rich.condition, conditions, conditions);
      if (rich.otherwise) collect(rich.otherwise, needs, conditions);
  }
}

class RichScanner {
  private at = 0;

  constructor(private readonly text: string) {}

  /** `(a op b op c)`; `else` may follow the second of `if` and `unless`. */
  group(depth: number): RichDependency {
    if (this.text[this.at] !== '(') throw this.wrong("does not begin with '('");
    if (depth >= maxDepth) throw this.wrong(`nests deeper than ${maxDepth} levels`);
    this.at++;
    const operands = [this.operand(depth)];
    const found: Operator[] = [];
    while (!this.takes(')')) {
      const operator = this.operator();
      if (!mayFollow(found, operator))
        throw this.wrong(`mixes '${found.at(-1)}' and '${operator}' without parentheses`);
      found.push(operator);
      operands.push(this.operand(depth));
    }
    const rich = combined(found, operands);
    if (isOfOnePackage(rich)) return rich;
    throw this.wrong(`asks one package for what '${found[0]}' cannot ask it`);
  }

  end(): void {
    this.space();
    if (this.at < this.text.length) throw this.wrong('goes on behind its last parenthesis');
  }

  private operand(depth: number): RichDependency {
    this.space();
    return this.text[this.at] === '(' ? this.group(depth + 1) : { kind: 'simple', dependency: this.simple() };
  }

  private simple(): Dependency {
    const name = this.word();
    if (name === '') throw this.wrong('has no name where one should be');
    this.space();
    const before = this.at;
    const flags = signs[this.word()];
    if (flags === undefined) {
      this.at = before;
      return { name };
    }
    this.space();
    const evr = this.word();
    if (evr === '') throw this.wrong('has no version behind its sign');
    const { epoch, version, release } = parseEvr(evr);
    const range = { name, flags, epoch: epoch ?? '0', version };
    return release === undefined ? range : { ...range, release };
  }

  private operator(): Operator {
    const word = this.word();
    if (operators.includes(word)) return word as Operator;
    throw this.wrong(word === '' ? "has no ')'" : `has '${word.slice(0, 40)}' where an operator should be`);
  }

  private takes(mark: string): boolean {
    this.space();
    if (this.text[this.at] !== mark) return false;
    this.at++;
    return true;
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  /** Up to white space, a comma, or a parenthesis that was not opened in the word itself. */
  private word(): string {
    const start = this.at;
    let open = 0;
    for (; this.at < this.text.length; this.at++) {
      const mark = this.text[this.at]!;
      if (mark === ',' || /\s/.test(mark)) break;
      if (mark === '(') open++;
      if (mark === ')' && --open < 0) break;
    }
    return this.text.slice(start, this.at);
  }

  private wrong(why: string): AppError {
    return new AppError({
      code: 'dependency-syntax',
      kind: 'invalid',
      message: `the dependency '${this.text.slice(0, 160)}' ${why} (character ${this.at + 1})`,
      remedy: 'correct it in the spec file of the package that has it',
    });
  }
}

/** Only `and`, `or` and `with` chain, each with itself; `else` follows a first `if` or `unless`. */
function mayFollow(before: readonly Operator[], operator: Operator): boolean {
  if (before.length === 0) return operator !== 'else';
  if (operator === 'else') return before.length === 1 && (before[0] === 'if' || before[0] === 'unless');
  return before[0] === operator && (operator === 'and' || operator === 'or' || operator === 'with');
}

/** `with` and `without` speak of one package: below them only they, `or` and simple dependencies have a meaning. */
function isOfOnePackage(rich: RichDependency): boolean {
  const inner = ({ kind }: RichDependency): boolean => ['simple', 'or', 'with', 'without'].includes(kind);
  if (rich.kind === 'with') return rich.of.every(inner);
  return rich.kind !== 'without' || (inner(rich.wanted) && inner(rich.unwanted));
}

function combined(found: readonly Operator[], operands: readonly RichDependency[]): RichDependency {
  const operator = found[0];
  const [first, second, third] = operands as readonly [RichDependency, RichDependency, RichDependency?];
  if (operator === undefined) return first;
  switch (operator) {
    case 'and':
    case 'or':
    case 'with':
      return { kind: operator, of: operands };
    case 'if':
    case 'unless':
      return { kind: operator, then: first, condition: second, otherwise: third ?? null };
    case 'without':
    case 'else':
      return { kind: 'without', wanted: first, unwanted: second };
  }
}
