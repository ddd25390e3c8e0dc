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
  })
  .readonly();

export type SetDefinition = z.infer<typeof definition>;

/** The sets of `sets.yaml` by name. */
export function knownSets(): ReadonlyMap<string, SetDefinition> {
  const text = readFileSync(join(__dirname, '..', 'sets.yaml'), 'utf8');
  return new Map(Object.entries(z.record(z.string(), definition).parse(parse(text))));
}

/**
 * Numbers of the components that belong to a set, sorted. What has no source is never rebuilt and never counts.
 *
 * @throws `set-empty` when nothing of the graph belongs to it
 */
export function membersOf(network: Network, { build, runtime, direct, transitive }: SetDefinition): Int32Array {
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
  if (found.size === 0) throw nothingIn();
  return Int32Array.from(found).sort();
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

function nothingIn(): AppError {
  return new AppError({
    code: 'set-empty',
    kind: 'invalid',
    message: 'nothing of this graph belongs to the set',
    remedy: 'the sets are made for Debian bookworm; an exported graph has no package relations: use --set full with it',
  });
}
