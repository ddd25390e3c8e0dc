import { dependencyKinds, doors, scopeNames, type DoorReply } from '@millrace/contracts';
import type { Command } from 'commander';
import { misused, type Context } from '../context';
import type { Leaf } from '../leaf';
import { componentOf, releaseOf } from '../naming';
import { table } from '../table';
import { counted, some } from '../words';
import { collected, graphOptions, pageOptions, type GraphOptions, type PageOptions } from './graph-options';

interface Options extends GraphOptions, PageOptions {
  readonly all?: boolean;
  readonly scope?: string;
  readonly lost: readonly string[];
  readonly tool: readonly string[];
  readonly provides: readonly string[];
  readonly kind: readonly string[];
  readonly type: readonly string[];
  readonly stop: readonly string[];
}

type Reach = DoorReply<typeof doors.resolver.reach>;

export const graphImpact: Leaf<Options> = {
  usage: 'impact [components...]',
  about:
    'Shows how far a change of components goes: who would be rebuilt and in which order, and the counts of every scope. ' +
    'With --lost, who breaks when capabilities are no longer offered.',
  options: (command) =>
    questionOptions(command).option('--all', 'instead: the order of every component of the release'),
  examples: [
    'graph impact rpm/libstone',
    'graph impact deb/perl --release bookworm --lost perlapi-5.36.0 --lost libperl5.36 --json',
    "graph impact rpm/openssl --provides openssl-libs --provides 'libssl.so.4()(64bit)'",
    'graph impact --all',
  ],
  run: async (context, args, options) => {
    const release = await releaseOf(context, options.release);
    const changed = args.list(0).map(componentOf);
    if (options.all === true) return showAll(context, { ...options, release });
    if (changed.length === 0) throw misused('nothing is named', 'name components, or give --all for every one');
    const reach = await context.client.call(doors.resolver.reach, { release, changed, ...asked(options) });
    context.show(reach, () => wordsOf(context, reach));
  },
};

export const graphWhatIf: Leaf<Options> = {
  usage: 'what-if <components...>',
  about:
    'Shows who breaks, who must be rebuilt and who is unaffected if components offered something else (--provides), or ' +
    'lost capabilities (--lost). What is offered without a version meets a requirement of a version as it does for rpm, ' +
    'and not as dpkg has it: there say --provides "libssl3 (= 3.1)".',
  options: questionOptions,
  examples: [
    'graph what-if deb/perl --release bookworm --lost perlapi-5.36.0 --lost libperl5.36',
    "graph what-if rpm/openssl --provides openssl-libs --provides 'libssl.so.4()(64bit)'",
    "graph what-if deb/openssl --release bookworm --provides 'libssl4 (= 4.0)' --provides 'libssl-dev (= 4.0)'",
  ],
  run: async (context, args, options) => {
    if (options.lost.length === 0 && options.provides.length === 0) {
      throw misused('nothing is supposed', 'say what is lost with --lost, or what is offered instead with --provides');
    }
    const release = await releaseOf(context, options.release);
    const changed = args.list(0).map(componentOf);
    const reach = await context.client.call(doors.resolver.whatIf, { release, changed, ...asked(options) });
    context.show(reach, () => wordsOf(context, reach));
  },
};

function questionOptions(command: Command): Command {
  return pageOptions(graphOptions(command))
    .option('--scope <scope>', `${scopeNames.join(', ')}; default: the release's, with --lost capability`)
    .option('--lost <capability>', 'a capability that is no longer offered; may be repeated', collected, [])
    .option('--tool <pattern>', 'a capability or component that does not propagate; may be repeated', collected, [])
    .option('--provides <capability>', 'what the new builds offer instead of all they do now; repeat it', collected, [])
    .option('--kind <kind>', `only these: ${dependencyKinds.join(', ')}; may be repeated`, collected, [])
    .option('--type <type>', 'tells only components of this type, such as rpm or image; repeat it', collected, [])
    .option('--stop <pattern>', 'components that are not rebuilt, nor what is above them; repeat it', collected, []);
}

function asked(options: Options) {
  const { snapshot, limit, offset } = options;
  return { snapshot, limit, offset, levels: true, scope: scopeOf(options.scope), ...narrowed(options) };
}

function narrowed({ lost, tool, provides, kind, type, stop }: Options) {
  return {
    ...{ lost: [...lost], tools: [...tool], stop: [...stop] },
    ...(provides.length === 0 ? {} : { provides: [...provides] }),
    ...(kind.length === 0 ? {} : { kinds: kind.map(kindOf) }),
    ...(type.length === 0 ? {} : { types: [...type] }),
  };
}

function kindOf(text: string): (typeof dependencyKinds)[number] {
  const found = dependencyKinds.find((one) => one === text);
  if (found) return found;
  throw misused(`'${text}' is no kind of dependency`, `choose from ${dependencyKinds.join(', ')}`);
}

function scopeOf(text: string | undefined): (typeof scopeNames)[number] | undefined {
  if (text === undefined) return undefined;
  const found = scopeNames.find((one) => one === text);
  if (found) return found;
  throw misused(`'${text}' is no scope`, `choose from ${scopeNames.join(', ')}`);
}

function wordsOf(context: Context, reach: Reach): string {
  const rows = reach.set.map((one) => [
    String(one.tier),
    one.pass > 1 ? `${one.id} (pass ${one.pass})` : one.id,
    some(one.needs),
    one.why[0] ?? '',
  ]);
  return [
    table(['TIER', 'COMPONENT', 'NEEDS', 'WHY'], rows, 'nobody is reached'),
    '',
    `scope ${reach.scope}: ${counted(reach.components, 'component')} in ${counted(reach.tiers, 'tier')}, ` +
      `${counted(reach.knots, 'knot')}, on snapshot ${reach.snapshot}`,
    ...(reach.levels ? [`  by direct build dependencies alone: ${counted(reach.levels.tiers, 'tier')}`] : []),
    ...Object.entries(reach.scopes).map(([scope, of]) => `  ${scope}: ${of.components} in ${of.tiers} tiers`),
    ...capabilityLines(reach),
    ...reach.needsChange.map((one) => context.paint('yellow', `${one.id} needs a change: ${one.requirement} is lost`)),
    ...reach.moved.map((one) => `${one.id} is unaffected: somebody else satisfies ${one.requirement}`),
    ...(reach.unaffected.length > 0
      ? [
          `unaffected, of those that use it: ${reach.totals?.unaffected ?? reach.unaffected.length} (${some(reach.unaffected, 10)})`,
        ]
      : []),
    ...(reach.external.length > 0 ? [`outside of the release: ${some(reach.external, 10)}`] : []),
    ...reach.plans.map((plan) => `a knot of ${plan.members.length}: ${howOf(plan)}`),
    ...reach.left_out.map((one) => context.paint('yellow', `left out: ${one.id}: ${one.because}`)),
    ...reach.notOffered.map((one) => context.paint('yellow', `nobody offers '${one}': nothing can lose it`)),
  ].join('\n');
}

function capabilityLines({ capabilities }: Reach): readonly string[] {
  if (!capabilities) return [];
  const { lost, changed, added } = capabilities;
  const versions = changed.map((one) => `${one.name} (${one.from} -> ${one.to})`);
  return [`capabilities: lost ${some(lost, 10)}; in another version ${some(versions, 10)}; new ${some(added, 10)}`];
}

async function showAll(
  context: Context,
  { release, snapshot, limit, offset }: Options & { readonly release: string },
): Promise<void> {
  const page = { limit, offset };
  const impact = await context.client.call(doors.resolver.impact, { release, snapshot, members: 'all', ...page });
  const rows = impact.rebuilds.map((one) => [
    String(one.tier),
    one.pass > 1 ? `${one.component} (pass ${one.pass})` : one.component,
    some(one.needs.map((need) => need.component)),
    one.because,
  ]);
  context.show(impact, () => table(['TIER', 'COMPONENT', 'NEEDS', 'BECAUSE'], rows, 'nothing'));
}

function howOf({ first, cuts, cut }: Reach['plans'][number]): string {
  if (first.length > 0) return `${some(first, 5)} are built by their bootstrap recipes first, then whole`;
  const [one] = cut;
  return `built once, with ${counted(cuts, 'need')} met by old builds, such as that of ${one?.component} for ${one?.without}`;
}
