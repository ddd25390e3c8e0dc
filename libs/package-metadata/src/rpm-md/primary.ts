import { AppError } from '@millrace/kernel';
import type { Dependency } from './dependency';
import { DependencyCache, dependencyOf } from './dependency-cache';
import { readLimits, tooLarge, type ReadLimits } from '../limits';
import type { ScanHandler } from './scan-handler';
import { XmlScanner } from './xml-scanner';

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
  /** What it takes the place of; left out when there is nothing. */
  readonly obsoletes?: readonly Dependency[];
}

const listNames = ['provides', 'requires', 'obsoletes'] as const;
type ListName = (typeof listNames)[number];

type Draft = { -readonly [K in keyof RepositoryPackage]: RepositoryPackage[K] } & {
  provides: Dependency[];
  requires: Dependency[];
  obsoletes?: Dependency[];
  files: string[];
};

/**
 * Reads `primary.xml` chunk by chunk at constant memory, and gives each package when its element ends.
 * @throws AppError `metadata-damaged`, `metadata-too-large`
 */
export async function* readPrimary(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  what = 'primary.xml',
  limits: ReadLimits = readLimits,
): AsyncGenerator<RepositoryPackage> {
  const ready: RepositoryPackage[] = [];
  let count = 0;
  const reader = new XmlScanner(what, new PrimaryHandler(what, limits, (done) => ready.push(done)));
  for await (const chunk of chunks) {
    reader.write(chunk);
    count += ready.length;
    if (count > limits.packages) throw tooLarge(what, limits.packages, 'packages');
    yield* ready.splice(0);
  }
  reader.end();
  yield* ready;
}

class PrimaryHandler implements ScanHandler<XmlScanner> {
  private draft: Draft | null = null;
  private list: Dependency[] | null = null;
  private entries = 0;
  private readonly seen = new DependencyCache();

  constructor(
    private readonly what: string,
    private readonly limits: ReadLimits,
    private readonly done: (ready: RepositoryPackage) => void,
  ) {}

  open(name: string, xml: XmlScanner): void {
    if (name === 'package') this.begin();
    const { draft } = this;
    if (!draft) return;
    if (name === 'entry') return this.entry(xml, draft);
    if (name === 'version') Object.assign(draft, versionOf(xml));
    if (name === 'location') draft.location = xml.attribute('href') ?? '';
    if (name === 'size') draft.size = Number(xml.attribute('package') ?? 0) || 0;
    if (isListName(name)) this.list = draft[name] ??= [];
  }

  close(name: string, xml: XmlScanner): void {
    const { draft } = this;
    if (!draft) return;
    if (isListName(name)) this.list = null;
    if (name === 'file') {
      this.count(draft);
      draft.files.push(xml.text());
    }
    if (name === 'name' || name === 'arch' || name === 'checksum') draft[name] = xml.text();
    if (name === 'sourcerpm') draft.sourceRpm = xml.text() || null;
    if (name !== 'package') return;
    this.done(checked(draft, this.what));
    this.draft = null;
  }

  private begin(): void {
    this.draft = emptyDraft();
    this.entries = 0;
  }

  private entry(xml: XmlScanner, draft: Draft): void {
    if (!this.list) return;
    this.count(draft);
    const dependency = this.list === draft.provides ? dependencyOf(xml) : this.seen.entryOf(xml);
    if (dependency) this.list.push(dependency);
  }

  private count(draft: Draft): void {
    if (++this.entries <= this.limits.entries) return;
    throw tooLarge(`package ${draft.name} of ${this.what}`, this.limits.entries, 'entries');
  }
}

function isListName(name: string): name is ListName {
  return (listNames as readonly string[]).includes(name);
}

function emptyDraft(): Draft {
  return {
    name: '',
    epoch: '0',
    version: '',
    release: '',
    arch: '',
    sourceRpm: null,
    location: '',
    size: 0,
    checksum: '',
    provides: [],
    requires: [],
    files: [],
  };
}

function versionOf(xml: XmlScanner): Pick<Draft, 'epoch' | 'version' | 'release'> {
  return {
    epoch: xml.attribute('epoch') || '0',
    version: xml.attribute('ver') ?? '',
    release: xml.attribute('rel') ?? '',
  };
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
