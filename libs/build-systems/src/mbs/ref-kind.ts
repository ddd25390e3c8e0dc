import type { Mbs } from '@millrace/mbs';
import type { RefKind } from '../naming/ref-names';
import { isRef, idsOf } from './ref';

/** A submission is as old as its youngest module build. */
export function mbsRefs(mbs: Pick<Mbs, 'builds'>): RefKind {
  return {
    read: (plain) => (isRef(plain) ? { counter: 'module', id: Math.max(...idsOf(plain)) } : null),
    // The service lists the youngest first.
    newest: async () => ({ module: Math.max(0, ...(await mbs.builds({}, 1)).map(({ id }) => id)) }),
  };
}
