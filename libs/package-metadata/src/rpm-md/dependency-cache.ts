import { toAppError } from '@millrace/kernel';
import { ByteCache, type SharedTexts } from '../byte-cache';
import { dependencyFlags, type Dependency, type DependencyFlag } from './dependency';
import { isRich, parseRichDependency } from './rich-dependency';
import type { XmlScanner } from './xml-scanner';

/**
 * Gives one object for entries that are written the same: a distribution requires a million things, and far fewer that
 * differ. An entry that was seen before is known by its bytes, and no text is made of it. It remembers a bounded number.
 */
export class DependencyCache {
  private readonly seen = new ByteCache<Dependency | null>();

  constructor(private readonly texts: SharedTexts) {}

  /** The entry that opens; null for what rpm itself provides, and for one without a name. */
  entryOf(xml: XmlScanner): Dependency | null {
    const { bytes, from, to } = xml.tag();
    const known = this.seen.find(bytes, from, to);
    return known === undefined ? this.seen.keep(bytes, from, to, dependencyOf(xml, this.texts)) : known;
  }
}

/**
 * The entry of provides, requires and the like that opens.
 * @throws AppError `metadata-damaged` for a dependency that is none, with the place
 */
export function dependencyOf(xml: XmlScanner, texts: SharedTexts): Dependency | null {
  const name = xml.attribute('name');
  if (!name || name.startsWith('rpmlib(')) return null;
  if (isRich(name)) assertRich(name, xml);
  const flags = flagOf(xml.attribute('flags'), xml);
  const version = flags && xml.attribute('ver', texts);
  if (!version) return { name };
  const epoch = xml.attribute('epoch', texts) || '0';
  const release = xml.attribute('rel', texts);
  return release ? { name, flags, epoch, version, release } : { name, flags, epoch, version };
}

function flagOf(text: string | undefined, xml: XmlScanner): DependencyFlag | undefined {
  if (text === undefined) return undefined;
  const flag = dependencyFlags.find((one) => one === text);
  if (flag) return flag;
  throw xml.problemHere(`'${text.slice(0, 20)}' is none of the comparisons ${dependencyFlags.join(', ')}`);
}

function assertRich(name: string, xml: XmlScanner): void {
  try {
    parseRichDependency(name);
  } catch (thrown) {
    throw xml.problemHere(toAppError(thrown).message);
  }
}
