import { AppError } from '@millrace/kernel';
import { hasFlag, kindBits, type Network } from '@millrace/resolver/domain/graph/network';
import { each } from '@millrace/resolver/domain/graph/rows';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const definition = z
  .strictObject({
    about: z.string(),
    build: z.string().optional(),
    runtime: z.string().optional(),
    direct: z.string().optional(),
    transitive: z.string().optional(),
    otherwise: z.literal('everything').optional(),
  })
  .readonly();

export type SetDefinition = z.infer<typeof definition>;

/** The sets of `sets.yaml` by name. */
export function knownSets(): ReadonlyMap<string, SetDefinition> {
  const text = readFileSync(join(__dirname, '..', 'sets.yaml'), 'utf8');
  return new Map(Object.entries(z.record(z.string(), definition).parse(parse(text))));
}

/** @throws `set-unknown` */
export function setNamed(name: string): SetDefinition {
  const found = knownSets().get(name);
  if (found) return found;
  const remedy = `the sets are ${[...knownSets().keys()].join(', ')}`;
  throw new AppError({ code: 'set-unknown', kind: 'missing', message: `there is no set '${name}'`, remedy });
}

/**
 * Numbers of the components that belong to a set, sorted. What has no source is never rebuilt and never counts.
 *
 * @throws `set-empty` when nothing of the graph belongs to it
 */
export function membersOf(network: Network, definition: SetDefinition): Int32Array {
  const found = membersIn(network, definition);
  if (found.size === 0) throw nothingIn(network);
  return Int32Array.from(found).sort();
}

function membersIn(
  network: Network,
  { build, runtime, direct, transitive, otherwise }: SetDefinition,
): ReadonlySet<number> {
  const found = new Set<number>();
  const isRebuilt = (component: number): boolean =>
    !hasFlag(network, component, 'external') && !hasFlag(network, component, 'sourceless');
  const add = (component: number): void => void (isRebuilt(component) && found.add(component));
  for (const clause of matching(network, build)) each(network.builders, clause, add);
  for (const clause of matching(network, runtime)) {
    each(network.runners, clause, (of) => add(network.packageComponent[of]!));
  }
  for (const component of dependantsOf(network, direct, 1)) add(component);
  for (const component of dependantsOf(network, transitive, Infinity)) add(component);
  if (found.size > 0 || otherwise === undefined) return found;
  for (let component = 0; component < network.count; component++) add(component);
  return found;
}

/** A component, and those that are built with it at most so many steps away. */
function dependantsOf(network: Network, name: string | undefined, steps: number): ReadonlySet<number> {
  const start = name === undefined ? -1 : network.components.find(name);
  const found = new Set<number>(start === -1 ? [] : [start]);
  let level = [...found];
  for (let step = 0; step < steps && level.length > 0; step++) {
    const next = new Set(level.flatMap((component) => [...builtWith(network, component)]));
    level = [...next].filter((by) => !found.has(by));
    for (const by of level) found.add(by);
  }
  return found;
}

function* builtWith({ into, intoKinds }: Network, component: number): Generator<number> {
  for (let edge = into.offsets[component]!; edge < into.offsets[component + 1]!; edge++) {
    if ((intoKinds[edge]! & kindBits.build) !== 0) yield into.targets[edge]!;
  }
}

function* matching(network: Network, pattern: string | undefined): Generator<number> {
  if (pattern === undefined) return;
  const wanted = new RegExp(pattern);
  for (let clause = 0; clause < network.clauses.count; clause++) {
    if (wanted.test(network.clauses.get(clause))) yield clause;
  }
}

function nothingIn(network: Network): AppError {
  const known = [...knownSets()].flatMap(([name, one]) => (membersIn(network, one).size > 0 ? [name] : []));
  const fit = known.length > 0 ? `with this one use --set ${known.join('|')}` : 'this one is empty';
  return new AppError({
    code: 'set-empty',
    kind: 'invalid',
    message: `nothing of this graph, which has ${network.count} components, belongs to the set`,
    remedy: `the sets are made for Debian bookworm, and an exported graph has no package relations: ${fit}`,
  });
}
