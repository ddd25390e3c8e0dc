/** How a subject is written as data: its identifier under `itemKey`, beside it fixed values. */
export interface WrittenAs {
  readonly itemKey: string | null;
  /** Values may be several, separated by commas. */
  readonly keys: Readonly<Record<string, string>>;
}

export interface VersionMatch {
  /** A regular expression, bounded. */
  readonly match: string;
  /** `\1` stands for what the first group matched. */
  readonly productVersion: string;
}

/** A kind of thing that decisions are made about. */
export interface SubjectType {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly itemKey: string | null;
  readonly isKojiBuild: boolean;
  /** Is its identifier an NVR? Then the package's name follows from it. */
  readonly isNvr: boolean;
  /** true: that no policy speaks about it is no error. */
  readonly ignoreMissingPolicy: boolean;
  readonly productVersionMatch: readonly VersionMatch[];
  readonly productVersionFromKojiBuildTarget: readonly VersionMatch[];
  readonly productVersion: string | null;
  readonly itemDict: WrittenAs | null;
  readonly resultQueries: readonly WrittenAs[];
}

export interface Subject {
  readonly type: SubjectType;
  readonly item: string;
}

const plain: Omit<SubjectType, 'id'> = {
  aliases: [],
  itemKey: null,
  isKojiBuild: false,
  isNvr: false,
  ignoreMissingPolicy: false,
  productVersionMatch: [],
  productVersionFromKojiBuildTarget: [],
  productVersion: null,
  itemDict: null,
  resultQueries: [],
};

/** Those that Greenwave is shipped with; files of the same id replace them. */
export const shippedSubjectTypes: readonly SubjectType[] = [
  { ...plain, id: 'bodhi_update', ignoreMissingPolicy: true },
  {
    ...plain,
    id: 'compose',
    itemKey: 'productmd.compose.id',
    itemDict: { itemKey: 'productmd.compose.id', keys: {} },
    productVersionMatch: [{ match: '^(RHEL-\\d*)\\..*', productVersion: '\\1' }],
  },
  {
    ...plain,
    id: 'koji_build',
    aliases: ['brew-build'],
    isKojiBuild: true,
    isNvr: true,
    itemKey: 'original_spec_nvr',
    resultQueries: [
      { itemKey: 'item', keys: { type: 'koji_build,brew-build' } },
      { itemKey: 'original_spec_nvr', keys: {} },
    ],
    productVersionFromKojiBuildTarget: [
      { match: '^(rhel-\\d+\\.\\d+).*', productVersion: '\\1' },
      { match: '^(rhel-\\d+).*', productVersion: '\\1' },
    ],
  },
  {
    ...plain,
    id: 'redhat-container-image',
    isKojiBuild: true,
    isNvr: true,
    itemKey: 'nvr',
    productVersion: 'rhel-8',
    resultQueries: [
      { itemKey: 'nvr', keys: { type: 'redhat-container-image' } },
      { itemKey: 'item', keys: { type: 'koji_build' } },
    ],
  },
  { ...plain, id: 'redhat-module', productVersion: 'rhel-8' },
];

/** A type that nobody described. */
export function genericSubjectType(id: string): SubjectType {
  return { ...plain, id, isKojiBuild: true };
}

export function subjectTypeOf(id: string, types: readonly SubjectType[]): SubjectType {
  return types.find((type) => type.id === id || type.aliases.includes(id)) ?? genericSubjectType(id);
}

/** A subject as the decision's `subject` list gives it; null when its identifier is nowhere. */
export function subjectFromData(
  data: Readonly<Record<string, unknown>>,
  types: readonly SubjectType[],
): Subject | null {
  const id = textIn(data, 'type');
  for (const type of types) {
    if (id !== null && type.id !== id && !type.aliases.includes(id)) continue;
    const item = type.itemKey === null ? null : textIn(data, type.itemKey);
    if (item !== null) return { type, item };
  }
  const item = textIn(data, 'item');
  return id !== null && item !== null ? { type: subjectTypeOf(id, types), item } : null;
}

/** The name of the package that a subject is a build of; null when its identifier does not say. */
export function packageNameOf({ type, item }: Subject): string | null {
  return type.isNvr ? item.split('-').slice(0, -2).join('-') || item : null;
}

export function subjectData({ type, item }: Subject): Readonly<Record<string, string>> {
  return type.itemDict ? writtenAs(type.itemDict, item) : { type: type.id, item };
}

/** What to ask ResultsDB for, one after another. */
export function resultQueriesOf(subject: Subject): readonly Readonly<Record<string, string>>[] {
  const { type, item } = subject;
  return type.resultQueries.length === 0
    ? [subjectData(subject)]
    : type.resultQueries.map((query) => writtenAs(query, item));
}

function writtenAs({ itemKey, keys }: WrittenAs, item: string): Readonly<Record<string, string>> {
  return { ...(itemKey === null ? {} : { [itemKey]: item }), ...keys };
}

function textIn(data: Readonly<Record<string, unknown>>, key: string): string | null {
  const value = data[key];
  return typeof value === 'string' && value !== '' && value.length <= 512 ? value : null;
}
