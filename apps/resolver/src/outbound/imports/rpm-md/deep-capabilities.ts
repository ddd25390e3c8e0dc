import type { ElfSymbols, PackageInsides } from '@millrace/package-metadata';
import type { CatalogueBuilder } from '../../../domain/graph/build-catalogue';
import type { Findings } from '../findings';

/** A package of the graph with what is inside of it. */
export interface OpenPackage {
  readonly number: number;
  readonly arch: string;
  readonly name: string;
  readonly insides: PackageInsides;
}

/** Symbols that packages take from one another; more are not kept. */
const mostSymbols = 3_000_000;

/**
 * Extra capabilities from what is inside of packages: `header(PATH) = DIGEST` and `rpm-macros(PATH) = DIGEST` of header
 * and macro files, and `SONAME(SYMBOL)` of each symbol that a program or library takes from a library of another
 * package: offered there, required here. So a library that loses a symbol breaks exactly who uses it.
 */
export function addDeepCapabilities(
  packages: readonly OpenPackage[],
  builder: CatalogueBuilder,
  findings: Findings,
): void {
  for (const { number, insides } of packages) {
    for (const [path, digest] of Object.entries(insides.digests)) {
      const kind = path.startsWith('/usr/include/') ? 'header' : 'rpm-macros';
      builder.offer(number, `${kind}(${path})`, `= ${digest.slice(0, 16)}`);
    }
  }
  const libraries = librariesOf(packages);
  const links = new Links(builder, findings);
  for (const user of packages) {
    for (const elf of Object.values(user.insides.elf)) addLinks(user, elf, libraries, links);
  }
}

interface Library {
  readonly of: OpenPackage;
  readonly exports: ReadonlySet<string>;
}

/** Architecture and soname -> libraries. */
function librariesOf(packages: readonly OpenPackage[]): ReadonlyMap<string, readonly Library[]> {
  const found = new Map<string, Library[]>();
  for (const of of packages) {
    for (const { soname, exports } of Object.values(of.insides.elf)) {
      if (soname === null) continue;
      const key = `${of.arch} ${soname}`;
      found.set(key, [...(found.get(key) ?? []), { of, exports: new Set(exports) }]);
    }
  }
  return found;
}

function addLinks(
  user: OpenPackage,
  { needed, imports }: ElfSymbols,
  libraries: ReadonlyMap<string, readonly Library[]>,
  links: Links,
): void {
  const having = (soname: string, symbol: string): readonly Library[] =>
    libraries.get(`${user.arch} ${soname}`)?.filter((one) => one.exports.has(symbol)) ?? [];
  for (const symbol of imports) {
    // As the loader does it: the first of the needed libraries that has it.
    const soname = needed.find((one) => having(one, symbol).length > 0);
    if (soname === undefined) continue;
    const others = having(soname, symbol).filter(({ of }) => of !== user);
    for (const { of } of others) links.add(user, of, `${soname}(${symbol})`);
  }
}

class Links {
  private readonly required = new Set<string>();
  private readonly offered = new Set<string>();
  private full = false;

  constructor(
    private readonly builder: CatalogueBuilder,
    private readonly findings: Findings,
  ) {}

  add(user: OpenPackage, library: OpenPackage, capability: string): void {
    if (this.required.size >= mostSymbols) return this.tellFull();
    const offer = `${library.number} ${capability}`;
    if (!this.offered.has(offer)) this.builder.offer(library.number, capability, '');
    this.offered.add(offer);
    const need = `${user.number} ${capability}`;
    if (this.required.has(need)) return;
    this.required.add(need);
    this.builder.needs('runtime', user.number, this.builder.clause('rpm', capability, user.arch, [capability]));
  }

  private tellFull(): void {
    if (!this.full) this.findings.leftOut('ELF symbols', `only the first ${mostSymbols} are kept`);
    this.full = true;
  }
}
