import { doors, type DoorReply } from '@millrace/contracts';
import { later, moment, type Moment } from '@millrace/kernel';
import { answer, type BoundDoor } from '@millrace/service';
import type { TableReader } from '@millrace/store';
import { builtAgainst, builtAgainstWords, type BuiltAgainst } from '../domain/built-against';
import { shutFrom } from '../domain/budgets/calendar';
import { ownSlots } from '../domain/budgets/shares';
import { explainCascade, explainRebuild, sinceOf, type Prospect } from '../domain/explain';
import { blockers, pathTo, unblocking } from '../domain/explain-paths';
import { noSums } from '../domain/history';
import { outlook, type Outlook } from '../domain/outlook';
import { capacityId } from '../domain/capacity';
import { systemsOf } from '../domain/policy';
import type { CascadeRow, RebuildRow, Rows } from '../domain/state';
import { isSettled } from '../domain/transitions';
import { componentOfId } from '../domain/words';
import { budgetLines } from './budgets';
import { landingWords } from './landings';
import { missing } from './missing';
import { standingLines } from './standing';
import { sideTagWords } from './side-tags';
import { byTier } from './views';

type Read = { readonly [K in keyof Rows]: TableReader<Rows[K]> };
type Explanation = DoorReply<typeof doors.scheduler.explain>;

/** Rows that are read at one time: others are served in between. */
const pageSize = 1000;
const hour = 3_600_000;
const mostNamed = 50;

/** Why things are where they are, from the database alone. */
export function explainQuestions(read: Read): readonly BoundDoor<never>[] {
  return [
    answer(doors.scheduler.explain, async ({ cascade: id, component }) => {
      const cascade = await read.cascades.get(id);
      if (!cascade) throw missing('cascade', id, 'look at `millrace cascade list`');
      const scene = await sceneOf(read, cascade);
      if (component !== undefined) return oneComponent(read, scene, component);
      const whole = wholeCascade(scene);
      const budget = await budgetLines(read, cascade, null, scene.at);
      const standing = await standingLines(read, cascade, null);
      return {
        ...whole,
        lines: [
          ...whole.lines,
          ...standing,
          ...budget,
          ...(await sideTagWords(read, cascade)),
          ...(await landingWords(read, cascade)),
        ],
      };
    }),
  ];
}

/** A cascade with all its rows, and how it is expected to go on. */
interface Scene {
  readonly cascade: CascadeRow;
  readonly rows: ReadonlyMap<string, RebuildRow>;
  readonly outlook: Outlook;
  readonly at: Moment;
}

async function sceneOf(read: Read, cascade: CascadeRow): Promise<Scene> {
  const rows = await allOf(read, cascade.id);
  const { hops, gating } = cascade.sums ?? noSums;
  const at = moment(Date.now());
  const release = await read.releases.get(cascade.release);
  const shut = release ? shutFrom(release.definition, cascade.urgency, at) : undefined;
  const bounds = { slots: await slotsOf(read, cascade), gate: hops === 0 ? 0 : gating / hops, shut };
  const going = cascade.state !== 'completed' && cascade.state !== 'cancelled';
  return {
    cascade,
    rows: new Map(rows.map((row) => [row.id, row])),
    outlook: outlook(going ? rows : [], bounds, at),
    at,
  };
}

function wholeCascade({ cascade, rows, outlook: ahead, at }: Scene): Explanation {
  const all = [...rows.values()];
  const stuck = all.filter(isStuck).slice(0, mostNamed);
  const left = all.reduce((sum, row) => sum + (isSettled(row.state) ? 0 : row.expected), 0);
  const awaited = all.filter((row) => isUnderWay(row) || (row.state === 'waiting' && row.open.length === 0));
  const prospect: Prospect = {
    finish: ahead.last === null ? null : later(at, ahead.last),
    chain: ahead.chain.map(componentOfId),
    builderHours: (cascade.sums ?? noSums).built / hour,
    builderHoursLeft: cascade.endedAt === null ? left / hour : 0,
    stuck: ahead.stuck,
  };
  return {
    lines: explainCascade(cascade, stuck, prospect),
    expectedFinish: prospect.finish,
    waitsFor: [...stuck, ...awaited].slice(0, mostNamed).map((row) => waitedFor(row, ahead, at)),
    unblock: [...new Set(stuck.flatMap((row) => unblocking(rows, row)))].slice(0, mostNamed),
    criticalPath: [...prospect.chain],
    builderHours: prospect.builderHours,
    builderHoursLeft: prospect.builderHoursLeft,
  };
}

/** A person must act: it failed, is in doubt for a cause of its own, or is held. */
function isStuck({ id, state, doubts, held }: RebuildRow): boolean {
  if (state === 'failed' || state === 'rejected' || doubts?.includes(id)) return true;
  return held && (state === 'waiting' || state === 'ready');
}

async function oneComponent(read: Read, scene: Scene, component: string): Promise<Explanation> {
  const { cascade, rows, outlook: ahead, at } = scene;
  const own = [...rows.values()].filter((row) => row.component === component).sort(byTier);
  const newest = [...own].sort((a, b) => a.generation - b.generation || a.pass - b.pass).at(-1);
  if (!newest) {
    throw missing(
      'rebuild',
      `${component} in cascade ${cascade.id}`,
      `look at \`millrace cascade show ${cascade.id}\``,
    );
  }
  const roots = new Set(cascade.roots);
  const expected = (row: RebuildRow): Moment | null => {
    const end = ahead.end(row.id);
    return end === null ? null : later(at, end);
  };
  const lines: string[] = [];
  let against: readonly BuiltAgainst[] = [];
  for (const rebuild of own) {
    const waiting = rebuild.dependants
      .flatMap((id) => rows.get(id) ?? [])
      .filter((row) => row.open.includes(rebuild.id));
    const needs = rebuild.needs.flatMap((id) => rows.get(id) ?? []);
    const build = rebuild.build === null ? null : await read.builds.get(rebuild.build);
    const dependants = waiting.map((row) => row.component);
    const [path, unblock] = [pathTo(rows, rebuild, roots), unblocking(rows, rebuild)];
    lines.push(...explainRebuild({ cascade, rebuild, needs, build, dependants, path, expected, unblock }));
    lines.push(...(await budgetLines(read, cascade, rebuild, at)));
    against = await inputsOf(read, scene, rebuild, needs);
    lines.push(...against.map(builtAgainstWords));
  }
  lines.push(...(await standingLines(read, cascade, component)));
  const { release } = cascade;
  const known = await read.failures.where({ release, component, open: 1 }, { orderBy: '-at', limit: 5 });
  lines.push(...known.map(failureWords));
  const needs = newest.needs.flatMap((id) => rows.get(id) ?? []);
  const passedOver = newest.state === 'unneeded' || newest.state === 'skipped';
  return {
    lines,
    expectedFinish: expected(newest),
    waitsFor: blockersFirst(scene, newest).map((row) => waitedFor(row, ahead, at)),
    path: [...pathTo(rows, newest, roots)],
    compared: passedOver ? needs.map(({ component: name, state, nvr }) => ({ component: name, state, nvr })) : [],
    unblock: [...unblocking(rows, newest)],
    builtAgainst: against.map((one) => ({ ...one, used: [...one.used] })),
  };
}

/** What its build root had of its needs, and of the changed components, which may be far below it. */
async function inputsOf(
  read: Read,
  { cascade, rows }: Scene,
  rebuild: RebuildRow,
  needs: readonly RebuildRow[],
): Promise<readonly BuiltAgainst[]> {
  const kept = rebuild.contents === null ? null : await read.contents.get(rebuild.contents);
  if (!kept) return [];
  const inside = new Set(kept.contents.inputs.map((input) => input.component));
  const roots = cascade.roots.flatMap((id) => rows.get(id) ?? []);
  const far = roots.filter((root) => root.id !== rebuild.id && !needs.includes(root) && inside.has(root.component));
  return builtAgainst([...needs, ...far], kept.contents).slice(0, mostNamed);
}

function failureWords({ at, commit, cascade, times, regression, evidence }: Rows['failures']): string {
  const often = times === 1 ? '' : `, ${times} times`;
  const broke =
    regression === 'yes' ? 'a regression' : regression === 'no' ? 'no regression' : 'nothing was known before';
  const of = commit === null ? '' : ` of commit ${commit.slice(0, 8)}`;
  return `A build${of} failed at ${at} in ${cascade}${often} (${evidence.class}, ${broke}): ${evidence.summary}`;
}

/** Whom it waits for: its open needs, and below them those that only a person can move. */
function blockersFirst({ rows }: Scene, rebuild: RebuildRow): readonly RebuildRow[] {
  const open = rebuild.open.flatMap((id) => rows.get(id) ?? []);
  const far = blockers(rows, rebuild).filter((row) => row.id !== rebuild.id && !rebuild.open.includes(row.id));
  return [...open, ...far].slice(0, mostNamed);
}

function waitedFor(row: RebuildRow, ahead: Outlook, at: Moment): NonNullable<Explanation['waitsFor']>[number] {
  const { component, state, because } = row;
  const end = ahead.end(row.id);
  return { component, state, because, since: sinceOf(row), expected: end === null ? null : later(at, end) };
}

function isUnderWay({ state }: RebuildRow): boolean {
  return state === 'ready' || state === 'submitting' || state === 'building' || state === 'gating';
}

/** Builds of the cascade's release at one time. */
async function slotsOf(read: Read, { release: name }: CascadeRow): Promise<number> {
  const release = await read.releases.get(name);
  if (!release) return 1;
  const rows = await read.capacity.getMany(systemsOf(release.definition).map(capacityId));
  return ownSlots(release.definition, rows);
}

/** All rows of a cascade, read in pages. */
async function allOf(read: Read, cascade: string): Promise<readonly RebuildRow[]> {
  const all: RebuildRow[] = [];
  for (;;) {
    const from = all.at(-1)?.id ?? '';
    const page = await read.rebuilds.where({ cascade, id: { from } }, { orderBy: 'id', limit: pageSize + 1 });
    all.push(...page.filter((row) => row.id > from));
    if (page.length <= pageSize) return all;
  }
}
