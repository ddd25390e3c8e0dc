import { AppError } from '@millrace/kernel';
import type { FilesOrder } from '../../domain/import-order';
import { CatalogueBuilder } from '../../domain/graph/build-catalogue';
import type { Catalogue } from '../../domain/graph/catalogue';
import type { WebSettings } from '../web/settings';
import { WebFiles } from '../web/web-files';
import { Findings } from './findings';
import { importers } from './importers';

export interface SourceRead {
  readonly catalogue: Catalogue;
  readonly findings: ReturnType<Findings['report']>;
}

export interface ReadSettings {
  readonly web: WebSettings;
  /** A folder for what is read of packages, by their digests; left out: nothing is kept. */
  readonly cache?: string;
  readonly progress?: (read: number, what: string) => void;
  readonly signal?: AbortSignal;
}

/** Reads everything that an order names, or nothing: what cannot be read or trusted stops the whole. */
export async function readSource(order: Omit<FilesOrder, 'release'>, settings: ReadSettings): Promise<SourceRead> {
  const load = importers[order.kind as keyof typeof importers];
  if (!load) throw unknownKind(order.kind);
  const importer = await load();
  const files = new WebFiles(settings.web, settings.signal ?? null);
  const builder = new CatalogueBuilder();
  const findings = new Findings();
  const progress = settings.progress ?? (() => undefined);
  try {
    await importer.read(order, {
      builder,
      findings,
      files,
      web: settings.web,
      cache: settings.cache ?? null,
      progress,
    });
  } finally {
    await files.close();
  }
  progress(0, 'putting the graph together');
  return { catalogue: builder.finish(), findings: findings.report() };
}

function unknownKind(kind: string): AppError {
  return new AppError({
    code: 'import-input',
    kind: 'invalid',
    message: `'${kind}' is no kind of source that is known`,
    remedy: `choose from ${Object.keys(importers).join(', ')}`,
  });
}
