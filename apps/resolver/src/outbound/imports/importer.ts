import type { ImportKind } from '@millrace/contracts';
import type { z } from 'zod';
import type { CatalogueBuilder } from '../../domain/graph/build-catalogue';
import type { WebSettings } from '../web/settings';
import type { WebFiles } from '../web/web-files';
import type { Findings } from './findings';
import { orderAs } from './order';

/** What an importer works with. */
export interface Means {
  readonly builder: CatalogueBuilder;
  readonly findings: Findings;
  /** Files that an order names, wherever they are. */
  readonly files: WebFiles;
  readonly web: WebSettings;
  /** A folder for what is read of packages, by their digests; null: nothing is kept. */
  readonly cache: string | null;
  /** Says how far the reading is. */
  readonly progress: (read: number, what: string) => void;
}

/** Reads one kind of source. Each has a folder of its own, named after its kind: reader, schema, fixtures, README. */
export interface Importer {
  readonly kind: ImportKind;
  read(order: unknown, means: Means): Promise<void>;
}

/** @param input  what the order of an import must name for this kind; problems are told in its words */
export function importer<Input>(
  kind: ImportKind,
  input: z.ZodType<Input>,
  read: (input: Input, means: Means) => Promise<void>,
): Importer {
  return { kind, read: (order, means) => read(orderAs(input, order), means) };
}
