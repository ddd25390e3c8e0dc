/** What a graph is imported from. */
export interface FilesOrder {
  readonly release: string;
  readonly kind: string;
  readonly sources: readonly string[];
  readonly packages: readonly string[];
  readonly arch: string;
  readonly arches?: readonly string[];
  readonly profiles?: readonly string[];
  readonly tags?: readonly string[];
  readonly streams?: readonly string[];
  readonly max_streams?: number;
  readonly deep?: boolean;
}

export interface ReadOrder extends FilesOrder {
  readonly number: number;
  readonly parts: Readonly<Record<string, string>>;
  readonly newest: string | null;
}

export interface FilesRead {
  /** Digest of what this source alone gives. */
  readonly part: string;
  /** Digest of the whole graph, other sources included. */
  readonly file: string;
  readonly report: ImportReport;
}

/** What an import tells of what it read. */
export interface ImportReport {
  readonly counts: Readonly<Record<string, number>>;
  readonly unresolved: Readonly<Record<string, { readonly total: number; readonly examples: readonly string[] }>>;
  readonly problems: readonly string[];
  readonly duplicates?: { readonly total: number; readonly examples: readonly string[] };
  readonly left_out?: { readonly total: number; readonly examples: readonly string[] };
  /** Since the last snapshot. */
  readonly changes: {
    readonly added: number;
    readonly removed: number;
    readonly changed: number;
    readonly examples?: readonly string[];
    readonly broken?: { readonly total: number; readonly examples: readonly string[] };
  } | null;
}
