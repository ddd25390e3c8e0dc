import { doors, ownersOf, type DoorReply } from '@millrace/contracts';
import { answer, type BoundDoor } from '@millrace/service';
import type { TableReader } from '@millrace/store';
import { debtKinds, type BaselineRow, type DebtRow } from '../domain/baseline/baseline-rows';
import type { ReleaseRow, Rows } from '../domain/state';
import { missing } from './missing';

type Read = { readonly [K in keyof Rows]: TableReader<Rows[K]> };
type Debts = DoorReply<typeof doors.scheduler.debt>;
type AdoptionView = DoorReply<typeof doors.scheduler.adoption>;

/** Debt of one release that is looked at. */
const mostDebts = 50_000;

/** What a release was when Millrace first saw it, from the database alone. */
export function baselineQuestions(read: Read): readonly BoundDoor<never>[] {
  return [
    answer(doors.scheduler.debt, async ({ release: name, kind, state, limit, offset }): Promise<Debts> => {
      const release = await releaseNamed(read, name);
      const baseline = await read.baselines.get(name);
      const rows = await withBuilds(read, await debtsOf(read, name));
      const counts = countsOf(rows);
      const wanted = rows.filter((row) => (kind === undefined || row.kind === kind) && isIn(row, state));
      const debts = await Promise.all(wanted.slice(offset, offset + limit).map((row) => viewOf(read, release, row)));
      return { release: name, snapshot: baseline?.snapshot ?? null, counts, debts };
    }),
    answer(doors.scheduler.adoption, async ({ release: name }) => {
      await releaseNamed(read, name);
      const counts = countsOf(await withBuilds(read, await debtsOf(read, name)));
      return adoptionView(name, await read.baselines.get(name), counts);
    }),
    answer(doors.scheduler.adoptedBuilds, async ({ release: name, component, after = '', limit }) => {
      await releaseNamed(read, name);
      const one = component === undefined ? null : await read.adopted.get(`${name}/${component}`);
      const from = { release: name, id: { from: `${name}/${after}` } };
      const rows = component === undefined ? await read.adopted.where(from, { orderBy: 'id', limit: limit + 2 }) : [];
      const page = rows.filter((row) => row.component > after);
      const builds = (one ? [one] : page.slice(0, limit)).map(({ id: _, revision: __, release: ___, ...row }) => ({
        ...row,
        inputs: row.inputs && [...row.inputs],
      }));
      return { builds, next: page.length > limit ? builds.at(-1)!.component : null };
    }),
  ];
}

async function releaseNamed(read: Read, name: string): Promise<ReleaseRow> {
  const release = await read.releases.get(name);
  if (!release) throw missing('release', name, 'look at `millrace release list`');
  return release;
}

async function debtsOf(read: Read, release: string): Promise<readonly DebtRow[]> {
  return read.debts.where({ release }, { orderBy: 'id', limit: mostDebts });
}

/** A build that a cascade has validated since settles what was stale or failing, too. */
async function withBuilds(read: Read, rows: readonly DebtRow[]): Promise<readonly DebtRow[]> {
  const open = rows.filter((row) => row.settledAt === null && row.kind !== 'broken');
  const built = new Map<string, { readonly at: string; readonly nvr: string }>();
  for (let n = 0; n < open.length; n += 500) {
    const ids = open.slice(n, n + 500).map((row) => `${row.release}/${row.component}`);
    for (const { id, at, nvr } of await read.validated.getMany(ids)) if (at) built.set(id, { at, nvr });
  }
  return rows.map((row) => {
    const build = row.settledAt === null && row.kind !== 'broken' ? built.get(`${row.release}/${row.component}`) : null;
    if (!build || build.at <= row.since) return row;
    return { ...row, settledAt: build.at, settledBy: `${build.nvr} was validated` };
  });
}

function isIn(row: DebtRow, state: 'open' | 'settled' | 'all'): boolean {
  return state === 'all' || (row.settledAt === null) === (state === 'open');
}

function countsOf(rows: readonly DebtRow[]): Debts['counts'] {
  const owed = rows.filter((row) => row.settledAt === null);
  const counts = debtKinds.map((kind) => [kind, owed.filter((row) => row.kind === kind).length]);
  return Object.fromEntries(counts) as Debts['counts'];
}

async function viewOf(
  read: Read,
  { id: release, definition }: ReleaseRow,
  row: DebtRow,
): Promise<Debts['debts'][number]> {
  const { component, kind, because, since, settledAt, settledBy } = row;
  const named = ownersOf(definition, component);
  const adopted = named.length > 0 ? null : await read.adopted.get(`${release}/${component}`);
  const owners = named.length > 0 ? [...named] : adopted?.owner ? [adopted.owner] : [];
  return { component, kind, because, since, settledAt, settledBy, owners };
}

function adoptionView(release: string, row: BaselineRow | null, debt: Debts['counts']): AdoptionView {
  const {
    state = 'none',
    by = null,
    startedAt = null,
    endedAt = null,
    problem = null,
    systems = [],
  } = row?.adoption ?? {};
  const sum = (of: 'builds' | 'total' | 'owners' | 'durations'): number =>
    systems.reduce((all, one) => all + one[of], 0);
  return {
    ...{ release, state, by, startedAt, endedAt, problem, debt },
    ...{ builds: sum('builds'), total: sum('total'), owners: sum('owners'), durations: sum('durations') },
    systems: systems.map(({ name: system, done, builds, total, pages, places }) => {
      return { system, done, builds, total, pages, places: [...places] };
    }),
  };
}
