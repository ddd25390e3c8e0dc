import type { ImportKind } from '@millrace/contracts';
import { containers } from './containers/reader';
import { deb822 } from './deb822/reader';
import { declared } from './declared/reader';
import type { Importer } from './importer';
import { koji } from './koji/reader';
import { modulemd } from './modulemd/reader';
import { rpmMd } from './rpm-md/reader';

/** Every importer there is; each stands in the folder of its kind. */
export const importers: Readonly<Partial<Record<ImportKind, Importer>>> = Object.fromEntries(
  [containers, deb822, declared, koji, modulemd, rpmMd].map((one) => [one.kind, one]),
);
