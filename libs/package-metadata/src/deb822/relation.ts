import { ByteCache } from '../byte-cache';

const relationOperators = ['<<', '<=', '=', '>=', '>>'] as const;
export type RelationOperator = (typeof relationOperators)[number];

/** A word of a restriction list: `amd64`, `!linux-any`, `!nocheck`. */
export interface Restriction {
  readonly name: string;
  readonly negated: boolean;
}

/** One package name with everything that can stand behind it: `gcc:native (>= 12) [amd64] <!stage1>`. */
export interface DebRelation {
  readonly name: string;
  /** `any`, `native` or an architecture. */
  readonly qualifier?: string | undefined;
  readonly operator?: RelationOperator | undefined;
  readonly version?: string | undefined;
  /** It counts on these architectures only. */
  readonly architectures?: readonly Restriction[] | undefined;
  /** It counts when all words of one of these lists hold. */
  readonly profiles?: readonly (readonly Restriction[])[] | undefined;
}

/** Relations of which one is enough, the preferred one first. */
export type DebAlternatives = readonly DebRelation[];

/** Alternatives of which each must be satisfied. */
export type DebDependencies = readonly DebAlternatives[];

/**
 * Parses the dependency fields of one archive (deb-control(5), Debian policy 7.1). The same clause comes back as the
 * same object, of bytes nearly always: a distribution has a million of them, and some tens of thousands that differ.
 */
export class RelationParser {
  private readonly seen = new Map<string, DebAlternatives>();
  private written: ByteCache<DebAlternatives> | null = null;

  /** @throws Error that says what is wrong and in which clause */
  parse(field: string | null): DebDependencies {
    if (field === null || field === '') return [];
    const found: DebAlternatives[] = [];
    for (let from = 0; from <= field.length;) {
      const comma = field.indexOf(',', from);
      const to = comma === -1 ? field.length : comma;
      const clause = field.slice(from, to).trim();
      if (clause !== '') found.push(this.seen.get(clause) ?? this.learn(clause));
      from = to + 1;
    }
    // A list that grew takes more room than it needs.
    return found.slice();
  }

  /** The same, of the bytes of a field: a clause that was seen before, and is remembered, costs no text. */
  parseBytes(data: Buffer, start: number, end: number): DebDependencies {
    const written = (this.written ??= new ByteCache());
    const found: DebAlternatives[] = [];
    for (let from = start; from < end;) {
      let comma = from;
      while (comma < end && data[comma] !== commaByte) comma++;
      let to = comma;
      while (from < to && data[from]! <= spaceByte) from++;
      while (to > from && data[to - 1]! <= spaceByte) to--;
      if (to > from) {
        const known = written.find(data, from, to);
        found.push(known ?? written.keep(data, from, to, clauseOf(data.toString('utf8', from, to))));
      }
      from = comma + 1;
    }
    return found.slice();
  }

  private learn(text: string): DebAlternatives {
    // A copy: a slice would keep the whole field in memory.
    const own = Buffer.from(text).toString();
    const parsed = clauseOf(own);
    this.seen.set(own, parsed);
    return parsed;
  }
}

function clauseOf(text: string): DebAlternatives {
  return new ClauseScanner(text).alternatives();
}

/** As it stands in an index. */
export function relationText(of: DebRelation): string {
  let text = of.qualifier === undefined ? of.name : `${of.name}:${of.qualifier}`;
  if (of.operator !== undefined) text += ` (${of.operator} ${of.version})`;
  if (of.architectures !== undefined) text += ` [${listText(of.architectures)}]`;
  for (const words of of.profiles ?? []) text += ` <${listText(words)}>`;
  return text;
}

function listText(words: readonly Restriction[]): string {
  return words.map((word) => `${word.negated ? '!' : ''}${word.name}`).join(' ');
}

const spaceByte = 32;
const commaByte = 44;

const operators: Readonly<Record<string, RelationOperator>> = {
  ...Object.fromEntries(relationOperators.map((one) => [one, one])),
  // What old packages have; dpkg reads them so.
  '<': '<=',
  '>': '>=',
};

class ClauseScanner {
  private at = 0;

  constructor(private readonly text: string) {}

  alternatives(): DebRelation[] {
    const found = [this.relation()];
    while (this.takes('|')) found.push(this.relation());
    if (this.at < this.text.length) throw this.wrong('is not understood');
    return found;
  }

  private relation(): DebRelation {
    this.space();
    const name = this.word();
    if (!/^[A-Za-z0-9]/.test(name)) throw this.wrong('has no package name where one should be');
    const qualifier = this.text[this.at] === ':' ? this.qualifier() : undefined;
    const range = this.takes('(') ? this.range() : undefined;
    const architectures = this.takes('[') ? this.restrictions(']') : undefined;
    const profiles: (readonly Restriction[])[] = [];
    while (this.takes('<')) profiles.push(this.restrictions('>'));
    // One shape for all of them: there are tens of thousands.
    return {
      name,
      qualifier,
      operator: range?.operator,
      version: range?.version,
      architectures,
      profiles: profiles.length === 0 ? undefined : profiles,
    };
  }

  private qualifier(): string {
    this.at++;
    const qualifier = this.word();
    if (qualifier === '') throw this.wrong("has nothing behind ':'");
    return qualifier;
  }

  private range(): { readonly operator: RelationOperator; readonly version: string } {
    this.space();
    const start = this.at;
    while (this.text[this.at] === '<' || this.text[this.at] === '=' || this.text[this.at] === '>') this.at++;
    const operator = operators[this.text.slice(start, this.at)];
    if (operator === undefined) throw this.wrong('has no operator that is known (<<, <=, =, >=, >>)');
    this.space();
    const version = this.word(true);
    if (version === '') throw this.wrong('has no version behind its operator');
    if (!this.takes(')')) throw this.wrong("has no ')'");
    return { operator, version };
  }

  private restrictions(close: string): readonly Restriction[] {
    const found: Restriction[] = [];
    while (!this.takes(close)) {
      const negated = this.takes('!');
      const name = this.word();
      if (name === '') throw this.wrong(`has no '${close}'`);
      found.push({ name, negated });
    }
    if (found.length === 0) throw this.wrong(`has nothing before '${close}'`);
    return found;
  }

  private takes(mark: string): boolean {
    this.space();
    if (this.text[this.at] !== mark) return false;
    this.at++;
    return true;
  }

  private space(): void {
    while (this.at < this.text.length && this.text.charCodeAt(this.at) <= 32) this.at++;
  }

  private word(withColon = false): string {
    const start = this.at;
    while (this.at < this.text.length && isWord(this.text.charCodeAt(this.at), withColon)) this.at++;
    return this.text.slice(start, this.at);
  }

  private wrong(why: string): Error {
    return new Error(`the dependency '${this.text.slice(0, 120)}' ${why} (character ${this.at + 1})`);
  }
}

/** Letters, digits and `+-._~`; a version may have colons, too. */
function isWord(code: number, withColon: boolean): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    code === 43 ||
    code === 45 ||
    code === 46 ||
    code === 95 ||
    code === 126 ||
    (withColon && code === 58)
  );
}
