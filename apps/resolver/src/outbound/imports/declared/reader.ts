import { AppError, isComponentId, parseComponentId, toAppError } from '@millrace/kernel';
import { isRich, parseRichDependency } from '@millrace/package-metadata';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit, type Node, type YAMLMap } from 'yaml';
import type { CatalogueBuilder } from '../../../domain/graph/build-catalogue';
import { placeholder } from '../../../domain/graph/merge';
import { dependencyOf, namesIn } from '../../../domain/graph/resolve-clause';
import { importer } from '../importer';
import { declaredInput, lists, mostDeclaredBytes, type List } from './schema';

/**
 * Components as people declare them, for what no other source tells: a YAML list under `components`, each with `id`,
 * `version` and the lists {@link lists}. See `README.md` beside this file.
 * @throws AppError `declared-malformed` with file, line and column
 */
export const declared = importer('declared', declaredInput, async ({ sources }, { builder, files }) => {
  const seen = new Map<string, string>();
  for (const address of sources) {
    new DeclaredFile(address, await files.text(address, mostDeclaredBytes), builder, seen).read();
  }
});

const tooDeep = 'it nests deeper than anybody reads';

class DeclaredFile {
  private readonly lines = new LineCounter();
  private readonly packages = new Map<string, number>();

  constructor(
    private readonly path: string,
    private readonly text: string,
    private readonly builder: CatalogueBuilder,
    /** Where each id stands that was declared before. */
    private readonly seen: Map<string, string>,
  ) {}

  read(): void {
    const root = this.root();
    const components = isMap(root) ? root.get('components', true) : null;
    if (!isSeq(components)) throw this.wrong(0, "it has no list 'components'");
    for (const item of components.items) {
      if (!isMap(item)) throw this.at(item as Node, 'is no component: write a map with an id');
      this.component(item);
    }
  }

  private root(): Node | null {
    try {
      const document = parseDocument(this.text, { schema: 'failsafe', lineCounter: this.lines, uniqueKeys: true });
      const [error] = document.errors;
      if (error?.code === 'RESOURCE_EXHAUSTION') throw this.wrong(error.pos[0], tooDeep);
      if (error) throw this.wrong(error.pos[0], error.message.split('\n')[0]!);
      visit(document, (_, node) => {
        // What a bomb is made of: a small file that stands for a large one.
        if (isAlias(node)) throw this.at(node, `is a reference ('*${node.source}'), which is not followed here`);
      });
      return document.contents;
    } catch (thrown) {
      if (thrown instanceof RangeError) throw this.wrong(0, tooDeep);
      throw thrown;
    }
  }

  private component(item: YAMLMap): void {
    const id = this.scalar(item, 'id');
    if (id === null || !isComponentId(id)) throw this.at(item, `has no component id: type/name[:stream]`);
    this.once(id, item);
    const component = this.builder.component(id, this.scalar(item, 'version') ?? '');
    for (const pair of item.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : '';
      if (name === 'id' || name === 'version') continue;
      const list = lists.find((one) => one === name);
      if (!list) throw this.at(pair.key as Node, `'${name}' is none of id, version, ${lists.join(', ')}`);
      if (!isSeq(pair.value)) throw this.at(pair.key as Node, `'${name}' must be a list`);
      for (const node of pair.value.items) this.fill({ component, id }, list, node as Node);
    }
  }

  private once(id: string, item: YAMLMap): void {
    const before = this.seen.get(id);
    if (before !== undefined) throw this.at(item, `declares ${id} again: it stands at ${before} already`);
    const { line } = this.lines.linePos(item.range?.[0] ?? 0);
    this.seen.set(id, `${this.path}:${line}`);
  }

  private fill(of: { readonly component: number; readonly id: string }, list: List, node: Node): void {
    const { builder } = this;
    const { component, id } = of;
    switch (list) {
      case 'contains':
        return builder.needs('contains', component, this.named(node));
      case 'built_on':
        return builder.needs('builtOn', component, this.named(node));
      case 'build_requires':
        return builder.needs('build', component, this.clause(node));
      case 'installs':
        return builder.needs('installs', component, this.clause(node));
      case 'requires':
        return builder.needs('runtime', this.packageOf(component, id), this.clause(node));
      case 'provides': {
        const word = this.dependency(node);
        if (isRich(word)) throw this.at(node, 'is a condition, which nothing can provide');
        const { name } = dependencyOf(word);
        return builder.offer(this.packageOf(component, id), name, word.slice(name.length + 1));
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

  private named(node: Node): number {
    const word = this.word(node);
    if (isComponentId(word)) return this.builder.component(word, '', placeholder);
    throw this.at(node, `'${word.slice(0, 80)}' is no component id`);
  }

  private clause(node: Node): number {
    const word = this.dependency(node);
    return this.builder.clause('rpm', word, 'noarch', namesIn('rpm', word));
  }

  private dependency(node: Node): string {
    const word = this.word(node);
    if (!isRich(word)) {
      if (/^[^\s<>=]\S*( (=|<|>|<=|>=) \S+)?$/.test(word)) return word;
      throw this.at(node, `'${word.slice(0, 80)}' is no dependency: write NAME, or NAME >= VERSION`);
    }
    try {
      parseRichDependency(word);
      return word;
    } catch (thrown) {
      throw this.at(node, toAppError(thrown).message);
    }
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
