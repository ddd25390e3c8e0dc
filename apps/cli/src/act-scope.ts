import type { Command } from 'commander';
import { misused, type Context } from './context';
import { cascadeIdOf, componentOf } from './naming';

/** How far an act of a person goes, as options say it. */
export interface ScopeOptions {
  readonly tier?: string;
  readonly release?: string;
  readonly component?: string;
}

export interface InCascade {
  readonly cascade: string;
  readonly component?: string;
  readonly tier?: number;
}
export interface InRelease {
  readonly release: string;
  readonly component?: string;
}

/** The options that say how far an act goes. */
export function scopeOptions(command: Command): Command {
  return command
    .option('--tier <n>', 'only this tier of the cascade')
    .option('--release <name>', 'all running cascades of the release, instead of a cascade')
    .option('--component <id>', 'with --release: only this component, in all of them');
}

/** What is meant: a cascade, a rebuild or a tier of it; with --release all that runs, or a component in all cascades. */
export async function scopeOf(
  context: Context,
  first: string | undefined,
  second: string | undefined,
  options: ScopeOptions,
): Promise<InCascade | InRelease> {
  if (options.release !== undefined) return releaseScope(options.release, first, second, options);
  if (first === undefined) {
    throw misused('nothing is named', 'name a cascade (or latest), or all of a release with --release');
  }
  const { component, tier } = options;
  if (component !== undefined) throw misused('--component belongs to --release', 'name it after the cascade');
  if (second !== undefined && tier !== undefined) {
    throw misused('a component and --tier exclude each other', 'name one of them');
  }
  return {
    cascade: await cascadeIdOf(context, first),
    ...(second === undefined ? {} : { component: componentOf(second) }),
    ...(tier === undefined ? {} : { tier: tierOf(tier) }),
  };
}

function releaseScope(
  release: string,
  first: string | undefined,
  second: string | undefined,
  { tier, component }: ScopeOptions,
): InRelease {
  if (tier !== undefined) throw misused('--tier belongs to a cascade', 'name the cascade instead of --release');
  // With --release there is no cascade to name: what is named is a component.
  const named = component ?? (first?.includes('/') ? first : undefined);
  if (second !== undefined || (first !== undefined && named !== first)) {
    throw misused('a cascade and --release exclude each other', 'name a cascade, or a release and a --component');
  }
  return { release, ...(named === undefined ? {} : { component: componentOf(named) }) };
}

function tierOf(text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw misused(`'${text}' is no tier`, 'give a number from 0, as `millrace cascade show` has them');
}
