import type { Kept } from '@millrace/store';
import type { RebuildRow } from '../domain/state';

type Stored = Omit<RebuildRow, 'open'> & { open: readonly (string | number)[] };

/** The open needs of a rebuild are some of its needs: they are written as places in that list, not once more. */
export const compactOpen: Kept<RebuildRow> = {
  write: (row) => ({ ...row, open: placesOf(row) }),
  read: (doc) => {
    const row = doc as Stored;
    if (row.open.length > 0) row.open = row.open.map((one) => (typeof one === 'number' ? row.needs[one]! : one));
    return row as RebuildRow;
  },
};

/** What changes in thousands of rebuilds when one with thousands of dependants is validated. */
export function openAside(row: RebuildRow): object {
  return { open: placesOf(row), because: row.because };
}

/** Most often they have the order of the needs: each is looked for behind the one before. */
function placesOf({ needs, open }: RebuildRow): readonly (string | number)[] {
  let last = -1;
  return open.map((id) => {
    const behind = needs.indexOf(id, last + 1);
    const place = behind >= 0 ? behind : needs.indexOf(id);
    if (place < 0) return id;
    return (last = place);
  });
}
