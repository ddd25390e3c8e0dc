import { AppError } from '@millrace/kernel';
import { ByteCache, type SharedTexts } from '../byte-cache';
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

type Draft = { -readonly [K in keyof RepositoryPackage]: RepositoryPackage[K] };

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
  private list: 'provides' | 'requires' | 'obsoletes' | null = null;
  /** What the list and the package at hand have: a list that grows takes more room than it needs. */
  private readonly items: Dependency[] = [];
  private readonly files: string[] = [];
  private entries = 0;
  private readonly texts: SharedTexts = new ByteCache();
  private readonly seen = new DependencyCache(this.texts);

  constructor(
    private readonly what: string,
    private readonly limits: ReadLimits,
    private readonly done: (ready: RepositoryPackage) => void,
  ) {}

  open(name: string, xml: XmlScanner): void {
    if (name === 'package') this.begin();
    const { draft, texts } = this;
    if (!draft) return;
    switch (name) {
      case 'entry':
        return this.entry(xml, draft);
      case 'version':
        draft.epoch = xml.attribute('epoch', texts) || '0';
        draft.version = xml.attribute('ver', texts) ?? '';
        draft.release = xml.attribute('rel', texts) ?? '';
        return;
      case 'location':
        draft.location = xml.attribute('href') ?? '';
        return;
      case 'size':
        draft.size = Number(xml.attribute('package') ?? 0) || 0;
        return;
      case 'provides':
      case 'requires':
      case 'obsoletes':
        this.list = name;
    }
  }

  close(name: string, xml: XmlScanner): void {
    const { draft } = this;
    if (!draft) return;
    switch (name) {
      case 'provides':
      case 'requires':
      case 'obsoletes':
        this.endList(draft);
        return;
      case 'file':
        this.count(draft);
        this.files.push(xml.text());
        return;
      case 'name':
      case 'checksum':
        draft[name] = xml.text();
        return;
      case 'arch':
        draft.arch = xml.text(this.texts);
        return;
      case 'sourcerpm':
        draft.sourceRpm = xml.text(this.texts) || null;
        return;
      case 'package':
        if (this.files.length > 0) draft.files = this.files.slice();
        this.done(checked(draft, this.what));
        this.draft = null;
    }
  }

  private begin(): void {
    this.draft = emptyDraft();
    this.entries = 0;
    this.files.length = 0;
  }

  private endList(draft: Draft): void {
    const { list, items } = this;
    this.list = null;
    if (list === null || items.length === 0) return;
    draft[list] = draft[list]?.length ? [...draft[list], ...items] : items.slice();
    items.length = 0;
  }

  private entry(xml: XmlScanner, draft: Draft): void {
    if (this.list === null) return;
    this.count(draft);
    const dependency = this.list === 'provides' ? dependencyOf(xml, this.texts) : this.seen.entryOf(xml);
    if (dependency) this.items.push(dependency);
  }

  private count(draft: Draft): void {
    if (++this.entries <= this.limits.entries) return;
    throw tooLarge(`package ${draft.name} of ${this.what}`, this.limits.entries, 'entries');
  }
}

const nothing: readonly never[] = [];

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
    provides: nothing,
    requires: nothing,
    files: nothing,
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
