import { doors, type DoorReply } from '@millrace/contracts';
import { AppError, moment } from '@millrace/kernel';
import { answer, type BoundDoor } from '@millrace/service';
import type { TableReader } from '@millrace/store';
import { liveOf } from '../domain/live';
import type { ChangeRow } from '../domain/change-rows';
import { explainComponent } from '../domain/explain-change';
import { standingHold } from '../domain/hold-rows';
import type { Rows } from '../domain/state';
import { commitOf } from '../domain/words';

type Read = { readonly [K in keyof Rows]: TableReader<Rows[K]> };
type ChangeView = DoorReply<typeof doors.scheduler.change>;
const own = doors.scheduler;

/** What may be meant by a component that the graph of a release does not know; null: it knows it, or cannot be asked now. */
export type UnknownHint = (release: string, component: string) => Promise<string | null>;

/** Answers about changes, from the database; whether the graph knows a component is asked of the resolver. */
export function changeQuestions(
  read: Read,
  unknownHint: UnknownHint = () => Promise.resolve(null),
): readonly BoundDoor<never>[] {
  return [
    answer(own.changes, async ({ release, component, outcome, limit }) => {
      const filter = { ...(release ? { release } : {}), ...(outcome ? { outcome } : {}) };
      const rows = component
        ? await changesOf(read, filter, component, limit)
        : await read.changes.where(filter, { orderBy: '-at', limit });
      return { changes: rows.map(changeView) };
    }),
    answer(own.change, async ({ change }) => {
      const row = await read.changes.get(change);
      if (row) return changeView(row);
      throw missing('change', change, 'look at `millrace change list`');
    }),
    answer(own.holds, async ({ release: name }) => {
      const releases = name === undefined ? await read.releases.where({}) : [await releaseNamed(read, name)];
      const holds = releases.flatMap((row) => (row.holds ?? []).map((hold) => ({ release: row.id, ...hold })));
      return { holds: holds.map(({ id: _, ...hold }) => hold) };
    }),
    answer(own.explainComponent, ({ release, component }) => explain(read, release, component, unknownHint)),
  ];
}

async function explain(read: Read, name: string, component: string, unknownHint: UnknownHint) {
  const release = await releaseNamed(read, name);
  const changes = await changesOf(read, { release: name }, component, 10);
  const live = await read.cascades.getMany(liveOf(release));
  const rows = await read.rebuilds.where({ cascade: live.map((one) => one.id), component });
  const running = live.find((one) => rows.some((row) => row.cascade === one.id)) ?? live[0] ?? null;
  const lines = explainComponent({
    definition: release.definition,
    hold: standingHold(release.holds, component),
    component,
    changes,
    running,
    rebuilds: rows.filter((row) => row.cascade === running?.id),
    past: await pastOf(read, release, component),
    validated: await read.validated.get(`${name}/${component}`),
    unknown: await unknownHint(name, component),
    at: moment(Date.now()),
  });
  return { lines, change: changes[0]?.id ?? null, cascade: changes[0]?.cascade ?? null };
}

/** The last cascades that ended, and what they did about a component. */
async function pastOf(read: Read, row: Rows['releases'], component: string) {
  const { id: release } = row;
  const newest = await read.cascades.where({ release }, { orderBy: '-started_at', limit: 6 });
  const ended = newest.filter((cascade) => !liveOf(row).includes(cascade.id)).slice(0, 5);
  const rows = await read.rebuilds.where({ cascade: ended.map((cascade) => cascade.id), component });
  return ended.map((cascade) => ({ cascade, rebuilds: rows.filter((row) => row.cascade === cascade.id) }));
}

async function releaseNamed(read: Read, name: string) {
  const release = await read.releases.get(name);
  if (!release) throw missing('release', name, 'apply its definition first: millrace release apply FILE');
  return release;
}

/** Rows are found by the component's term, which another may share. */
async function changesOf(
  read: Read,
  filter: { readonly release?: string; readonly outcome?: string },
  component: string,
  limit: number,
): Promise<ChangeRow[]> {
  const rows = await read.changes.where(filter, { orderBy: '-at', limit: limit + 10, terms: [[component]] });
  const names = (row: ChangeRow): boolean =>
    [...row.components, ...(row.dropped ?? [])].some((one) => one.component === component);
  return rows.filter(names).slice(0, limit);
}

function changeView(row: ChangeRow): ChangeView {
  return {
    change: row.id,
    release: row.release,
    kind: row.kind,
    components: row.components.map(({ component, source, nvr }) => ({ component, commit: commitOf(source), nvr })),
    all: row.all,
    urgency: row.urgency,
    by: row.by,
    why: row.why,
    at: row.at,
    outcome: row.outcome,
    cascade: row.cascade,
    because: row.because,
    waitsFor: row.waitsFor ?? null,
    until: row.until ?? null,
    rule: row.rule ?? null,
    dropped: (row.dropped ?? []).map((one) => ({ ...one })),
    message: row.message ?? null,
    decided: row.decided ?? null,
  };
}

function missing(what: string, name: string, remedy: string): AppError {
  return new AppError({ code: `${what}-unknown`, kind: 'missing', message: `there is no ${what} ${name}`, remedy });
}
