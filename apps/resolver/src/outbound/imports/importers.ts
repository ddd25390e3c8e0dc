import type { ImportKind } from '@millrace/contracts';
import type { Importer } from './importer';

/** Every importer there is; each stands in the folder of its kind, and is loaded when it is first used. */
export const importers: Readonly<Partial<Record<ImportKind, () => Promise<Importer>>>> = {
  containers: async () => (await import('./containers/reader.js')).containers,
  deb822: async () => (await import('./deb822/reader.js')).deb822,
  declared: async () => (await import('./declared/reader.js')).declared,
  koji: async () => (await import('./koji/reader.js')).koji,
  modulemd: async () => (await import('./modulemd/reader.js')).modulemd,
  'rpm-md': async () => (await import('./rpm-md/reader.js')).rpmMd,
};
