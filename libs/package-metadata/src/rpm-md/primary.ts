import { AppError } from '@millrace/kernel';
import { dependencyFlags, type Dependency, type DependencyFlag } from './dependency';
import { readLimits, tooLarge, type ReadLimits } from '../limits';
import { XmlReader } from './xml-reader';

/** A package of a repository as `primary.xml` has it; `files` are the few that it lists there (programs, /etc). */
export interface RepositoryPackage {
  readonly name: string;
  readonly epoch: string;
  readonly version: string;
  readonly release: string;
  readonly arch: string;
  /** File name of the source package; null for source packages themselves. */
  readonly sourceRpm: string | null;
  /** Path below the repository. */
  readonly location: string;
  readonly size: number;
  readonly checksum: string;
  readonly provides: readonly Dependency[];
  /** Without `rpmlib(…)`, which rpm itself provides. */
  readonly requires: readonly Dependency[];
  readonly files: readonly string[];
}

type Draft = { -readonly [K in keyof RepositoryPackage]: RepositoryPackage[K] } & {
  provides: Dependency[];
  requires: Dependency[];
  files: string[];
};

/**
 * Reads `primary.xml` chunk by chunk at constant memory, and gives each package when its element ends.
 * @throws AppError `metadata-damaged`, `metadata-too-large`
 */
export async function* readPrimary(
  chunks: AsyncIterable<string> | Iterable<string>,
  what = 'primary.xml',
  limits: ReadLimits = readLimits,
): AsyncGenerator<RepositoryPackage> {
  const ready: RepositoryPackage[] = [];
  let count = 0;
  const reader = new XmlReader(
    what,
    primaryHandler(what, limits, (done) => ready.push(done)),
  );
  for await (const chunk of chunks) {
    reader.write(chunk);
    count += ready.length;
    if (count > limits.packages) throw tooLarge(what, limits.packages, 'packages');
    yield* ready.splice(0);
  }
  reader.end();
  yield* ready;
}

function primaryHandler(what: string, limits: ReadLimits, done: (ready: RepositoryPackage) => void) {
  let draft: Draft | null = null;
  let list: 'provides' | 'requires' | null = null;
  return {
    open(name: string, attributes: Readonly<Record<string, string>>): void {
      if (name === 'package') draft = emptyDraft();
      if (!draft) return;
      if (name === 'version') Object.assign(draft, versionOf(attributes));
      if (name === 'location') draft.location = attributes['href'] ?? '';
      if (name === 'size') draft.size = Number(attributes['package'] ?? 0) || 0;
      if (name === 'provides' || name === 'requires') list = name;
      if (name === 'entry' && list) addEntry(draft[list], attributes);
      if (draft.provides.length + draft.requires.length + draft.files.length > limits.entries) {
        throw tooLarge(`package ${draft.name} of ${what}`, limits.entries, 'entries');
      }
    },
    close(name: string, text: string): void {
      if (!draft) return;
      if (name === 'provides' || name === 'requires') list = null;
      if (name === 'file') draft.files.push(text);
      if (name === 'name' || name === 'arch' || name === 'checksum') draft[name] = text;
      if (name === 'sourcerpm') draft.sourceRpm = text === '' ? null : text;
      if (name !== 'package') return;
      done(checked(draft, what));
      draft = null;
    },
  };
}

function emptyDraft(): Draft {
  return {
    ...{
      name: '',
      epoch: '0',
      version: '',
      release: '',
      arch: '',
      sourceRpm: null,
      location: '',
      size: 0,
      checksum: '',
    },
    ...{ provides: [], requires: [], files: [] },
  };
}

function versionOf(attributes: Readonly<Record<string, string>>): Pick<Draft, 'epoch' | 'version' | 'release'> {
  return { epoch: attributes['epoch'] || '0', version: attributes['ver'] ?? '', release: attributes['rel'] ?? '' };
}

function addEntry(list: Dependency[], attributes: Readonly<Record<string, string>>): void {
  const { name, flags, epoch, ver, rel } = attributes;
  if (!name || name.startsWith('rpmlib(')) return;
  if (!flags || !(dependencyFlags as readonly string[]).includes(flags) || !ver) {
    list.push({ name });
    return;
  }
  const range = { name, flags: flags as DependencyFlag, epoch: epoch ?? '0', version: ver };
  list.push(rel ? { ...range, release: rel } : range);
}

function checked(draft: Draft, what: string): RepositoryPackage {
  if (draft.name !== '' && draft.version !== '' && draft.arch !== '') return draft;
  throw new AppError({
    code: 'metadata-damaged',
    kind: 'invalid',
    message: `${what} has a package without a name, version or architecture (name '${draft.name.slice(0, 80)}')`,
    remedy: "make the repository's metadata again (createrepo_c)",
  });
}
