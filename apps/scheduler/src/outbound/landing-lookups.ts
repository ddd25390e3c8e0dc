import { doors, type DoorReply } from '@millrace/contracts';
import type { ComponentId } from '@millrace/kernel';
import { landingId, type LandingStepRow } from '../domain/landing/landing-rows';
import { findingsWords } from '../domain/landing/landing-words';
import { liveOf } from '../domain/live';
import type { CascadeRow } from '../domain/state';
import { stepsOf } from './landing';
import { survey } from './landing-check';
import { shippedBy } from './landing-shipped';
import { cascadeNamed, releaseNamed, type Outside } from './outside';

type LandingPlan = DoorReply<typeof doors.scheduler.landingPlan>;
type RevertPlan = DoorReply<typeof doors.scheduler.revertPlan>;

/** Rows that are read at one time. */
const pageSize = 500;
/** Composes since the landing that are looked into. */
const mostComposes = 100;

/** What would land now: a look at everything, which changes nothing. */
export async function landingPlan(outside: Outside, id: string, partial: boolean): Promise<LandingPlan> {
  const cascade = await cascadeNamed(outside.read, id);
  const found = await survey(outside, cascade.release, id, partial);
  const order = stepsOf(found).filter((step) => step.state !== 'stays');
  const hindered = found.findings.some((one) => one.blocks);
  const lands = !cascade.landed && (partial ? order.length > 0 : !hindered);
  return {
    cascade: id,
    release: cascade.release,
    partial,
    lands,
    order: order.map(({ component, nvr, build, system, state }) => {
      return { component, nvr, build, system, there: state === 'there' };
    }),
    findings: [...found.findings],
    staying: found.staying.slice(0, 5000).map(({ component, because }) => ({ component, because })),
    stays: found.staying.length,
    adapters: [...found.adapters],
    because: cascade.landed ? `cascade ${id} has landed` : findingsWords(found.findings),
  };
}

/** What would go out again, the last first, and who has built on it or shipped it since. */
export async function revertPlan(outside: Outside, id: string): Promise<RevertPlan> {
  const cascade = await cascadeNamed(outside.read, id);
  const steps = await landedSteps(outside, cascade);
  const builtOn = await usersOf(outside, cascade, new Set(steps.map((step) => step.build)));
  const composed = await shippedIn(outside, cascade, new Set(steps.map((step) => step.nvr)));
  const shipped = [...composed, ...(await shippedBy(outside, cascade, steps))];
  const state =
    cascade.landings === undefined ? null : await outside.read.landings.get(landingId(id, cascade.landings));
  const isLanded = cascade.landed && state?.state === 'landed';
  return {
    cascade: id,
    release: cascade.release,
    reverts: isLanded && builtOn.length === 0 && shipped.length === 0,
    order: [...steps].reverse().map(({ component, nvr, build, system }) => ({ component, nvr, build, system })),
    built_on: builtOn,
    shipped,
    because: !isLanded
      ? `cascade ${id} has not landed`
      : shipped.length > 0
        ? `it has gone out to users: ${shipped.slice(0, 3).join(', ')}`
        : builtOn.length > 0
          ? `${builtOn.length} builds were made on it since`
          : 'nothing was built on it since',
  };
}

/** Where builds of a landing that is under way have gone out to users already. */
export async function landingShipped(outside: Outside, id: string): Promise<readonly string[]> {
  const cascade = await cascadeNamed(outside.read, id);
  const row = cascade.landings === undefined ? null : await outside.read.landings.get(landingId(id, cascade.landings));
  return row?.state === 'landing' ? shippedBy(outside, cascade, await landedSteps(outside, cascade)) : [];
}

async function landedSteps({ read }: Outside, { id, landings }: CascadeRow): Promise<readonly LandingStepRow[]> {
  if (landings === undefined) return [];
  const rows = await read.landing_steps.where({ landing: landingId(id, landings) }, { orderBy: 'id' });
  return rows.filter((row) => row.state !== 'stays' && row.state !== 'there');
}

/** Validated builds of the release whose build roots had one of these. */
async function usersOf(outside: Outside, cascade: CascadeRow, builds: ReadonlySet<string>) {
  const found: RevertPlan['built_on'] = [];
  for await (const page of othersIn(outside, cascade)) {
    const kept = await outside.read.contents.getMany(page.map((one) => one.contents));
    const users = new Map(
      kept.map((row) => [row.id, row.contents.inputs.some((i) => i.build !== null && builds.has(i.build))]),
    );
    for (const { component, nvr, build, contents } of page) {
      if (users.get(contents) === true && !builds.has(build)) found.push({ component, nvr, build });
    }
  }
  return found.slice(0, 5000);
}

interface OtherBuild {
  readonly component: ComponentId;
  readonly nvr: string;
  readonly build: string;
  readonly contents: string;
}

/** What the release has from others, and what runs. */
async function* othersIn({ read }: Outside, cascade: CascadeRow): AsyncGenerator<readonly OtherBuild[]> {
  const { release: name, id } = cascade;
  for (let from = ''; ;) {
    const rows = await read.validated.where({ release: name, id: { from } }, { orderBy: 'id', limit: pageSize + 1 });
    const page = rows.filter((row) => row.id > from);
    yield page.filter((row) => row.cascade !== id);
    if (rows.length <= pageSize) break;
    from = page.at(-1)!.id;
  }
  const live = liveOf(await releaseNamed(read, name)).filter((one) => one !== id);
  for (const other of live) {
    const rows = await read.rebuilds.where({ cascade: other, state: 'validated' }, { orderBy: 'id', limit: 20_000 });
    for (let n = 0; n < rows.length; n += pageSize) {
      yield rows.slice(n, n + pageSize).flatMap(({ component, nvr, build, contents }) => {
        return nvr && build && contents ? [{ component, nvr, build, contents }] : [];
      });
    }
  }
}

/** Finished composes that have one of these. */
async function shippedIn({ asker }: Outside, cascade: CascadeRow, nvrs: ReadonlySet<string>): Promise<string[]> {
  if (nvrs.size === 0) return [];
  const { composes } = await asker.ask(doors.harvester.composes, { release: cascade.release, limit: mostComposes });
  const since = cascade.endedAt ?? cascade.startedAt;
  const shipped: string[] = [];
  for (const one of composes.filter((row) => row.state === 'finished' && row.at >= since)) {
    const { slots } = await asker.ask(doors.harvester.compose, { compose: one.compose });
    if (slots.some((slot) => slot.nvr !== null && nvrs.has(slot.nvr))) shipped.push(`compose ${one.compose}`);
  }
  return shipped;
}
