import { doors } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import type { RebuildView } from '../cascade-words';
import { misused, type Context } from '../context';
import type { Leaf } from '../leaf';
import { wholeCascade } from '../whole-cascade';
import { cascadeIdOf } from '../naming';
import { counted } from '../words';

interface Options {
  readonly release?: string;
  readonly cascade?: string;
  readonly tier?: string;
  readonly sideTag?: string;
  readonly context: string;
}

export const gateGroup: Leaf<Options> = {
  usage: 'group [builds...]',
  about:
    'Gates several builds as one subject: those that are named, those of a cascade or of a tier of it, or what a side tag ' +
    'of ours holds. Its id follows from what it contains, so that CI can report by it.',
  options: (command) =>
    command
      .option('--release <release>', 'whose gates hold, where builds are named')
      .option('--cascade <id>', 'the builds of this cascade (or latest), as far as it has come')
      .option('--tier <n>', 'with --cascade: of this tier alone')
      .option('--side-tag <tag>', 'the builds that a cascade has in this side tag')
      .option('--context <context>', 'the gating point', 'millrace_rebuild'),
  examples: [
    'gate group libmill-1.0-1.mr2 quern-1.0-1.mr2 --release minidistro',
    'gate group --cascade c-1 --tier 2',
    'gate group --side-tag f40-build-side-12345',
  ],
  run: async (context, args, options) => {
    const group = await groupOf(context, args.list(0), options);
    const reply = await context.client.call(doors['ci-bridge'].gateGroup, { ...group, context: options.context });
    const size = counted(group.builds.length, 'build');
    context.show(reply, () => `${reply.subject} (${size}): the gate says ${reply.decision} (${reply.state})`);
  },
};

interface Group {
  readonly release: string;
  readonly builds: string[];
}

async function groupOf(
  context: Context,
  named: readonly string[],
  { release, cascade, tier, sideTag }: Options,
): Promise<Group> {
  if (sideTag !== undefined) {
    if (named.length > 0 || release !== undefined || cascade !== undefined || tier !== undefined) {
      throw misused('--side-tag excludes builds, --release, --cascade and --tier', 'name the side tag alone');
    }
    return inSideTag(context, sideTag);
  }
  if (cascade === undefined) {
    if (tier !== undefined) throw misused('--tier belongs to a cascade', 'name the cascade with --cascade');
    if (named.length === 0) throw misused('nothing is named', 'name builds, or a cascade with --cascade');
    if (release === undefined) throw misused('no release is named', 'say with --release whose gates hold');
    return { release, builds: [...named] };
  }
  if (named.length > 0 || release !== undefined) {
    throw misused('a cascade excludes builds and --release', 'name either builds of a release, or a cascade');
  }
  if (tier !== undefined && !/^\d{1,6}$/.test(tier)) {
    throw misused(`'${tier}' is no tier`, 'tiers are numbers: see `millrace cascade show`');
  }
  const id = await cascadeIdOf(context, cascade);
  const whole = await wholeCascade(context, id);
  const builds = buildsToGate(whole.rebuilds, tier === undefined ? null : Number(tier));
  if (builds.length === 0) throw noneYet(tier === undefined ? id : `tier ${tier} of ${id}`);
  return { release: whole.release, builds };
}

/** What a cascade has admitted to its side tag. */
async function inSideTag(context: Context, tag: string): Promise<Group> {
  const { sideTags } = await context.client.call(doors.scheduler.sideTags, {});
  const cascade = sideTags.find((one) => one.tag === tag)?.cascade ?? null;
  if (cascade === null) {
    const remedy = 'name one that `millrace sidetag list` shows with a cascade';
    throw new AppError({ code: 'side-tag-unknown', kind: 'missing', message: `no cascade builds in ${tag}`, remedy });
  }
  const whole = await wholeCascade(context, cascade);
  const builds = buildsToGate(
    whole.rebuilds.filter(({ state }) => state === 'validated'),
    null,
  );
  if (builds.length === 0) throw noneYet(tag);
  return { release: whole.release, builds };
}

function noneYet(what: string): AppError {
  return new AppError({
    code: 'group-empty',
    kind: 'missing',
    message: `no build of ${what} has come to its gate`,
    remedy: 'see how far it has come: millrace cascade show',
  });
}

/**
 * The newest build of each component that has come to its gate, by NVR: passed, refused or still asked. Builds of a
 * bootstrap pass are none of them: nobody gets those.
 */
export function buildsToGate(rebuilds: readonly RebuildView[], tier: number | null): string[] {
  const gated = rebuilds
    .filter(({ state, bootstrap }) => !bootstrap && ['gating', 'validated', 'rejected'].includes(state))
    .filter((one) => tier === null || one.tier === tier)
    .sort((a, b) => a.generation - b.generation || a.pass - b.pass);
  const newest = new Map(gated.map(({ component, nvr }) => [component, nvr]));
  return [...newest.values()].filter((nvr) => nvr !== null).sort();
}
