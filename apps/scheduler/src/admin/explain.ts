import { doors, type DoorReply } from '@millrace/contracts';
import { later, moment, type Moment } from '@millrace/kernel';
import { answer, type BoundDoor } from '@millrace/service';
import type { TableReader } from '@millrace/store';
import { builtAgainst, builtAgainstWords, type BuiltAgainst } from '../domain/built-against';
import { shutFrom } from '../domain/budgets/calendar';
import { ownSlots } from '../domain/budgets/shares';
import { explainCascade, explainRebuild, sinceOf, type Prospect } from '../domain/explain';
import { awaitedLines } from '../domain/explain-awaited';
import { blockers, commandsOf, pathTo, stepOf } from '../domain/explain-paths';
import { noSums } from '../domain/history';
import { capacityId } from '../domain/capacity';
import { systemsOf } from '../domain/policy';
import type { CascadeRow, RebuildRow, Rows } from '../domain/state';
import { componentOfId } from '../domain/words';
import { budgetLines } from './budgets';
import { landingWords } from './landings';
import { missing } from './missing';
import type { SceneRow } from './scene-rows';
import { Scenes, type Conditions, type Scene } from './scenes';
import { standOf } from './stand';
import { standingLines } from './standing';
import { sideTagWords } from './side-tags';
import { byTier } from './views';

type Read = { readonly [K in keyof Rows]: TableReader<Rows[K]> };
type Explanation = DoorReply<typeof doors.scheduler.explain>;

const hour = 3_600_000;
const mostNamed = 50;

/** Why things are where they are, from the database alone. */
export function explainQuestions(read: Read, scenes: Scenes = new Scenes(read)): readonly BoundDoor<never>[] {
  return [
    answer(doors.scheduler.explain, async ({ cascade: id, component }) => {
      const cascade = await read.cascades.get(id);
      if (!cascade) throw missing('cascade', id, 'look at `millrace cascade list`');
      const view = { cascade, ...(await scenes.of(cascade, await conditionsOf(read, cascade))) };
      return component === undefined ? wholeCascade(read, view) : oneComponent(read, view, component);
    }),
  ];
}

interface View extends Scene {
  readonly cascade: CascadeRow;
}

async function conditionsOf(read: Read, cascade: CascadeRow): Promise<Conditions> {
  const { hops, gating } = cascade.sums ?? noSums;
  const { urgency, release: name } = cascade;
  const release = await read.releases.get(name);
  const [slots, gate] = [await slotsOf(read, cascade), hops === 0 ? 0 : gating / hops];
  const shut = (at: Moment) => (release ? shutFrom(release.definition, urgency, at) : undefined);
  const key = `${slots}/${gate}/${urgency}/${release?.definitionRevision}`;
  return { key, from: (at) => ({ slots, gate, shut: shut(at) }) };
}

async function wholeCascade(read: Read, view: View): Promise<Explanation> {
  const { cascade, rows, outlook: ahead, at } = view;
  const { short, awaited, left } = standOf(rows.values(), mostNamed);
  const stuck = await fullRows(read, short);
  const prospect: Prospect = {
    finish: ahead.last === null ? null : later(at, ahead.last),
    chain: ahead.chain.map(componentOfId),
    builderHours: (cascade.sums ?? noSums).built / hour,
    builderHoursLeft: cascade.endedAt === null ? left / hour : 0,
    stuck: ahead.stuck,
  };
  const next = await fullRows(read, awaited.slice(0, mostNamed - short.length));
  const unblock = [...new Set(short.flatMap((row) => commandsOf(blockers(rows, row))))].slice(0, mostNamed);
  return {
    lines: [
      ...explainCascade(cascade, stuck, prospect),
      ...awaitedLines(next, unblock, (row) => expectedIn(view, row)),
      ...(await standingLines(read, cascade, null)),
      ...(await budgetLines(read, cascade, null, moment(Date.now()))),
      ...(await sideTagWords(read, cascade)),
      ...(await landingWords(read, cascade)),
    ],
    expectedFinish: prospect.finish,
    waitsFor: [...stuck, ...next].map((row) => waitedFor(row, view)),
    unblock,
    criticalPath: [...prospect.chain],
    builderHours: prospect.builderHours,
    builderHoursLeft: prospect.builderHoursLeft,
  };
}

/** Rows as the database has them now, in this order. */
async function fullRows(read: Read, rows: readonly { readonly id: string }[]): Promise<readonly RebuildRow[]> {
  const found = new Map((await read.rebuilds.getMany(rows.map(({ id }) => id))).map((row) => [row.id, row]));
  return rows.flatMap(({ id }) => found.get(id) ?? []);
}

async function oneComponent(read: Read, view: View, component: string): Promise<Explanation> {
  const { cascade } = view;
  const own = [...(await read.rebuilds.where({ cascade: cascade.id, component }))].sort(byTier);
  const newest = [...own].sort((a, b) => a.generation - b.generation || a.pass - b.pass).at(-1);
  if (!newest) {
    throw missing(
      'rebuild',
      `${component} in cascade ${cascade.id}`,
      `look at \`millrace cascade show ${cascade.id}\``,
    );
  }
  const told = [];
  for (const rebuild of own) told.push(await oneRebuild(read, view, rebuild));
  const last = told[own.indexOf(newest)]!;
  const { release } = cascade;
  const known = await read.failures.where({ release, component, open: 1 }, { orderBy: '-at', limit: 5 });
  const passedOver = newest.state === 'unneeded' || newest.state === 'skipped';
  const waitsFor = await fullRows(read, blockersFirst(view, newest, last.blocking));
  return {
    lines: [
      ...told.flatMap((one) => one.lines),
      ...(await standingLines(read, cascade, component)),
      ...known.map(failureWords),
    ],
    expectedFinish: expectedIn(view, newest),
    waitsFor: waitsFor.map((row) => waitedFor(row, view)),
    path: [...last.path],
    compared: passedOver ? last.needs.map(({ component: name, state, nvr }) => ({ component: name, state, nvr })) : [],
    unblock: [...last.unblock],
    builtAgainst: last.against.map((one) => ({ ...one, used: [...one.used] })),
  };
}

/** One pass or generation of a component. */
async function oneRebuild(read: Read, view: View, rebuild: RebuildRow) {
  const { cascade, rows } = view;
  const above = rebuild.dependants.flatMap((id) => rows.get(id) ?? []).filter((row) => row.open.includes(rebuild.id));
  const dependants = above.map((row) => row.component);
  const needs = await read.rebuilds.getMany(rebuild.needs);
  const build = rebuild.build === null ? null : await read.builds.get(rebuild.build);
  const way = pathTo(rows, rebuild, new Set(cascade.roots));
  const path = (
    await fullRows(
      read,
      way.map((id) => ({ id })),
    )
  ).map(stepOf);
  const own = rows.get(rebuild.id);
  const blocking = own ? blockers(rows, own) : [];
  const unblock = commandsOf(blocking);
  const expected = (row: RebuildRow): Moment | null => expectedIn(view, row);
  const against = await inputsOf(read, cascade, rebuild, needs);
  const lines = [
    ...explainRebuild({ cascade, rebuild, needs, build, dependants, path, expected, unblock }),
    ...(await budgetLines(read, cascade, rebuild, moment(Date.now()))),
    ...against.map(builtAgainstWords),
  ];
  return { lines, needs, path, unblock, against, blocking };
}

function expectedIn({ outlook: ahead, at }: View, { id }: { readonly id: string }): Moment | null {
  const end = ahead.end(id);
  return end === null ? null : later(at, end);
}

/** What its build root had of its needs, and of the changed components, which may be far below it. */
async function inputsOf(
  read: Read,
  cascade: CascadeRow,
  rebuild: RebuildRow,
  needs: readonly RebuildRow[],
): Promise<readonly BuiltAgainst[]> {
  const kept = rebuild.contents === null ? null : await read.contents.get(rebuild.contents);
  if (!kept) return [];
  const inside = new Set(kept.contents.inputs.map((input) => input.component));
  const far = cascade.roots.filter((root) => inside.has(root) && root !== rebuild.component);
  const roots = far.length === 0 ? [] : await read.rebuilds.where({ cascade: cascade.id, component: far });
  const named = new Set(needs.map((need) => need.id));
  return builtAgainst([...needs, ...roots.filter((root) => !named.has(root.id))], kept.contents).slice(0, mostNamed);
}

function failureWords({ at, commit, cascade, times, regression, evidence }: Rows['failures']): string {
  const often = times === 1 ? '' : `, ${times} times`;
  const broke =
    regression === 'yes' ? 'a regression' : regression === 'no' ? 'no regression' : 'nothing was known before';
  const of = commit === null ? '' : ` of commit ${commit.slice(0, 8)}`;
  return `A build${of} failed at ${at} in ${cascade}${often} (${evidence.class}, ${broke}): ${evidence.summary}`;
}

/** Whom it waits for: its open needs, and below them those that only a person can move. */
function blockersFirst({ rows }: View, { id, open }: RebuildRow, blocking: readonly SceneRow[]): readonly SceneRow[] {
  const first = open.flatMap((need) => rows.get(need) ?? []);
  const far = blocking.filter((row) => row.id !== id && !open.includes(row.id));
  return [...first, ...far].slice(0, mostNamed);
}

function waitedFor(row: RebuildRow, view: View): NonNullable<Explanation['waitsFor']>[number] {
  const { component, state, because } = row;
  return { component, state, because, since: sinceOf(row), expected: expectedIn(view, row) };
}

/** Builds of the cascade's release at one time. */
async function slotsOf(read: Read, { release: name }: CascadeRow): Promise<number> {
  const release = await read.releases.get(name);
  if (!release) return 1;
  const rows = await read.capacity.getMany(systemsOf(release.definition).map(capacityId));
  return ownSlots(release.definition, rows);
}
