import type { DefinitionProblem, ImageDescription, InstalledName, PackageFamily } from './image-description';
import { imageError } from './image-description';
import { XmlReader } from '../rpm-md/xml-reader';

const mostCharacters = 4 * 1024 * 1024;

export interface KiwiImage extends ImageDescription {
  readonly name: string;
}

/**
 * The packages of a kiwi description (kiwi-ng's documentation, `image` / `packages` / `package`): those of the image and
 * of its bootstrap, without those that it deletes or ignores, and the image that it is derived from.
 * @param arches  only packages for these; empty: for every one
 * @throws AppError `metadata-damaged`, `image-definition`
 */
export function readKiwi(xml: string, what = 'config.xml', arches: readonly string[] = []): KiwiImage {
  if (xml.length > mostCharacters) throw imageError(what, `it has more than ${mostCharacters} characters`);
  const handler = new KiwiHandler(arches);
  const reader = new XmlReader(what, handler);
  reader.write(xml);
  reader.end();
  const { name, packages, left, parents, problems, family } = handler;
  if (name === '') throw imageError(what, 'its root is no <image> with a name');
  for (const one of left) packages.delete(one);
  const installs = [...packages].map((of): InstalledName => ({ family, name: of }));
  return { name, parents: [...new Set(parents)], installs, buildInstalls: [], modules: [], problems };
}

class KiwiHandler {
  name = '';
  family: PackageFamily = 'rpm';
  readonly packages = new Set<string>();
  readonly left = new Set<string>();
  readonly parents: string[] = [];
  readonly problems: DefinitionProblem[] = [];
  private removes = false;
  private isRoot = true;

  constructor(private readonly arches: readonly string[]) {}

  open(element: string, attributes: Readonly<Record<string, string>>): void {
    const [root, name] = [this.isRoot, attributes['name'] ?? ''];
    this.isRoot = false;
    if (root && element === 'image') this.name = name;
    if (element === 'packages') this.removes = /^(delete|uninstall)$/.test(attributes['type'] ?? '');
    if (element === 'package' && this.counts(attributes['arch'])) (this.removes ? this.left : this.packages).add(name);
    if (element === 'ignore' && this.counts(attributes['arch'])) this.left.add(name);
    if (element === 'namedCollection' || element === 'product') {
      this.problems.push({ line: 0, what: name, why: `a ${element} is not followed` });
    }
    const parent = element === 'type' ? attributes['derived_from'] : undefined;
    if (parent !== undefined)
      this.parents.push(parent.replace(/^(obsrepositories:|docker:|oci:)\/*/, '').replace(/#/, ':'));
  }

  close(element: string, text: string): void {
    if (element === 'packages') this.removes = false;
    if (element === 'packagemanager') this.family = /^apt/.test(text) ? 'deb' : 'rpm';
  }

  private counts(arch: string | undefined): boolean {
    if (arch === undefined || this.arches.length === 0) return true;
    return arch.split(',').some((one) => this.arches.includes(one.trim()));
  }
}
