import { AppError, isComponentId, parseComponentId } from '@millrace/kernel';
import { LineCounter, parseDocument, isMap, isSeq, isScalar, type Node, type YAMLMap } from 'yaml';
import type { CatalogueBuilder } from '../../domain/graph/build-catalogue';
import { placeholder } from '../../domain/graph/merge';
import { dependencyOf, namesIn } from '../../domain/graph/resolve-clause';
import { textOf } from './text-file';

const lists = ['contains', 'built_on', 'build_requires', 'installs', 'provides', 'requires'] as const;
type List = (typeof lists)[number];

/**
 * Components as people declare them, for what no other source tells: a YAML list under `components`, each with `id`,
 * `version` and the lists {@link lists}. See `README.md` beside this file.
 * @throws AppError `declared-malformed` with file and line
 */
export async function readDeclared(paths: readonly string[], builder: CatalogueBuilder): Promise<void> {
  for (const path of paths) new DeclaredFile(path, await textOf(path), builder).read();
}

class DeclaredFile {
  private readonly lines = new LineCounter();
  private readonly packages = new Map<string, number>();

  constructor(
    private readonly path: string,
    private readonly text: string,
    private readonly builder: CatalogueBuilder,
  ) {}

  read(): void {
    const document = parseDocument(this.text, { schema: 'failsafe', lineCounter: this.lines, uniqueKeys: true });
    const [error] = document.errors;
    if (error) throw this.wrong(error.pos[0], error.message.split('\n')[0]!);
    const root = document.contents;
    const components = isMap(root) ? root.get('components', true) : null;
    if (!isSeq(components)) throw this.wrong(0, "it has no list 'components'");
    for (const item of components.items) {
      if (!isMap(item)) throw this.at(item as Node, 'is no component: write a map with an id');
      this.component(item);
    }
  }

  private component(item: YAMLMap): void {
    const id = this.scalar(item, 'id');
    if (id === null || !isComponentId(id)) throw this.at(item, `has no component id: type/name[:stream]`);
    const component = this.builder.component(id, this.scalar(item, 'version') ?? '');
    for (const pair of item.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : '';
      if (name === 'id' || name === 'version') continue;
      const list = lists.find((one) => one === name);
      if (!list) throw this.at(pair.key as Node, `'${name}' is none of id, version, ${lists.join(', ')}`);
      if (!isSeq(pair.value)) throw this.at(pair.key as Node, `'${name}' must be a list`);
      this.fill(
        component,
        id,
        list,
        pair.value.items.map((one) => this.word(one as Node)),
      );
    }
  }

  private fill(component: number, id: string, list: List, words: readonly string[]): void {
    const { builder } = this;
    const clause = (text: string): number => builder.clause('rpm', text, 'noarch', namesIn('rpm', text));
    const named = (word: string): number => builder.component(this.idOf(word), '', placeholder);
    switch (list) {
      case 'contains':
        return words.forEach((word) => builder.needs('contains', component, named(word)));
      case 'built_on':
        return words.forEach((word) => builder.needs('builtOn', component, named(word)));
      case 'build_requires':
        return words.forEach((word) => builder.needs('build', component, clause(word)));
      case 'installs':
        return words.forEach((word) => builder.needs('installs', component, clause(word)));
      case 'provides':
      case 'requires': {
        const of = this.packageOf(component, id);
        const offer = (word: string): void => {
          const { name } = dependencyOf(word);
          builder.offer(of, name, word.slice(name.length + 1));
        };
        return words.forEach((word) =>
          list === 'provides' ? offer(word) : builder.needs('runtime', of, clause(word)),
        );
      }
    }
  }

  /** What it offers and needs to be installed is one package of its name. */
  private packageOf(component: number, id: string): number {
    const known = this.packages.get(id);
    if (known !== undefined) return known;
    const name = parseComponentId(id).name;
    const of = this.builder.package(component, name, '', 'noarch');
    this.builder.offer(of, name, '');
    this.packages.set(id, of);
    return of;
  }

  private scalar(item: YAMLMap, name: string): string | null {
    const value = item.get(name, true);
    if (value === undefined) return null;
    return this.word(value as Node);
  }

  private word(node: Node): string {
    if (isScalar(node) && typeof node.value === 'string' && node.value !== '') return node.value;
    throw this.at(node, 'is no text');
  }

  private idOf(word: string): string {
    if (isComponentId(word)) return word;
    throw this.wrong(this.text.indexOf(word), `'${word.slice(0, 80)}' is no component id`);
  }

  private at(node: Node, why: string): AppError {
    return this.wrong(node.range?.[0] ?? 0, why);
  }

  private wrong(offset: number, why: string): AppError {
    const { line, col } = this.lines.linePos(offset);
    return new AppError({
      code: 'declared-malformed',
      kind: 'invalid',
      message: `${this.path}:${line}:${col}: ${why}`,
      remedy: 'correct the file and import it again; nothing was changed',
    });
  }
}
