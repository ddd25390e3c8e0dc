import type { WorkKind } from '@millrace/engine';
import { digestOf } from '@millrace/kernel';
import type { Input } from '../domain/input';
import type { RebuildRow } from '../domain/state';
import type { Outside } from './outside';
import { hindrance } from './systems';

interface GatherOrder {
  readonly release: string;
  readonly cascade: string;
  readonly tier: number | null;
  readonly round: number;
}
interface Gathered {
  readonly subject: string;
  readonly builds: number;
  readonly members: readonly { readonly component: string; readonly nvr: string }[] | null;
}

/** Rows that are read at one time. */
const page = 500;
/** An event has at most 256 KiB: of a larger group it has the id alone. */
const mostMembers = 1000;

/** Names what the gate of a tier, or of a whole cascade, is about: the newest validated build of each component. */
export function groupGathering({ read }: Pick<Outside, 'read'>): WorkKind<GatherOrder, Gathered, Input> {
  return {
    kind: 'group.gather',
    concurrency: 2,
    timeoutMs: 120_000,
    tries: 8,
    run: async ({ cascade, tier }) => {
      const newest = new Map<string, RebuildRow>();
      for await (const row of validatedOf(read, cascade, tier)) {
        const known = newest.get(row.component);
        if (!row.bootstrap && (!known || isNewer(row, known))) newest.set(row.component, row);
      }
      const members = [...newest.values()].flatMap(({ component, nvr }) => (nvr === null ? [] : [{ component, nvr }]));
      const subject = digestOf([...new Set(members.map(({ nvr }) => nvr))].sort());
      return { subject, builds: members.length, members: members.length > mostMembers ? null : members };
    },
    toInput: ({ release, cascade, tier, round }, outcome) =>
      outcome.ok
        ? { type: 'group.gathered', release, cascade, tier, round, ...outcome.value }
        : { type: 'group.ungathered', release, cascade, tier, round, fault: hindrance(outcome.fault) },
  };
}

async function* validatedOf(read: Outside['read'], cascade: string, tier: number | null): AsyncGenerator<RebuildRow> {
  const scope = { cascade, state: 'validated', ...(tier === null ? {} : { tier }) };
  let after = '';
  for (;;) {
    const rows = await read.rebuilds.where({ ...scope, id: { from: after } }, { orderBy: 'id', limit: page + 1 });
    for (const row of rows) if (row.id > after) yield row;
    if (rows.length <= page) return;
    after = rows.at(-1)!.id;
  }
}

function isNewer(row: RebuildRow, known: RebuildRow): boolean {
  return row.generation > known.generation || (row.generation === known.generation && row.pass > known.pass);
}
