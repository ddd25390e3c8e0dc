import { doors } from '@millrace/contracts';
import type { RebuildView } from '../cascade-words';
import { misused, type Context } from '../context';
import { cascadeIdOf, componentOf } from '../naming';

/** How far an act of a person goes, as options say it. */
export interface ReachOptions {
  readonly tier?: string;
  readonly release?: string;
  readonly component?: string;
}

/** One rebuild that an act is about, in its cascade. */
export interface Reached {
  readonly cascade: string;
  readonly rebuild: RebuildView;
}

/**
 * The rebuilds in these states of a cascade, of one of its tiers, of one component, of a component in all running
 * cascades of a release, or of all of those; each component once, its newest generation and last pass.
 */
export async function reachedBy(
  context: Context,
  cascade: string | undefined,
  positional: string | undefined,
  options: ReachOptions,
  states: readonly string[],
): Promise<readonly Reached[]> {
  const named = positional ?? options.component;
  const component = named === undefined ? undefined : componentOf(named);
  const found: Reached[] = [];
  for (const id of await cascadesOf(context, cascade, options)) {
    const { rebuilds } = await context.client.call(doors.scheduler.cascade, { cascade: id });
    const fits = (one: RebuildView): boolean =>
      (component === undefined || one.component === component) &&
      (options.tier === undefined || one.tier === tierOf(options.tier)) &&
      states.includes(one.state);
    for (const rebuild of newestOf(rebuilds)) if (fits(rebuild)) found.push({ cascade: id, rebuild });
  }
  return found;
}

/** Is more said than a cascade, or one component of it? */
export function isWide({ tier, release, component }: ReachOptions): boolean {
  return tier !== undefined || release !== undefined || component !== undefined;
}

async function cascadesOf(context: Context, cascade: string | undefined, options: ReachOptions): Promise<string[]> {
  const { release, tier, component } = options;
  if ((cascade === undefined) === (release === undefined)) {
    throw misused(
      release === undefined ? 'nothing is named' : 'a cascade and --release exclude each other',
      'name a cascade (or latest), or a whole release with --release',
    );
  }
  if (release === undefined) {
    if (component !== undefined) throw misused('--component belongs to --release', 'name it after the cascade');
    return [await cascadeIdOf(context, cascade)];
  }
  if (tier !== undefined) throw misused('--tier belongs to a cascade', 'name the cascade instead of --release');
  const { cascades } = await context.client.call(doors.scheduler.cascades, { release, limit: 500 });
  return cascades.filter((one) => one.endedAt === null).map((one) => one.cascade);
}

export function newestOf(rebuilds: readonly RebuildView[]): readonly RebuildView[] {
  const newest = new Map<string, RebuildView>();
  for (const one of rebuilds) {
    const known = newest.get(one.component);
    const isNewer = !known || one.generation - known.generation || one.pass - known.pass;
    if (isNewer === true || Number(isNewer) > 0) newest.set(one.component, one);
  }
  return [...newest.values()];
}

function tierOf(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw misused(`'${text}' is no tier`, 'give a number from 0, as `millrace cascade show` has them');
}
