import { AppError } from '@millrace/kernel';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { GraphOrigin } from './graph';
import { knownSets } from './sets';

const seconds = z.coerce.number().min(0).max(604_800);
const share = z.coerce.number().min(0).max(1);

const options = z.strictObject({
  sources: z.string().optional(),
  packages: z.string().optional(),
  graph: z.string().optional(),
  set: z.enum([...knownSets().keys()] as [string, ...string[]]).default('ocaml-abi'),
  builders: z.coerce.number().int().min(1).max(10_000).default(8),
  pace: z.enum(['flow', 'lockstep']).default('flow'),
  seeds: z.coerce.number().int().min(1).max(10_000).default(1),
  'fail-rate': share.default(0),
  'gate-s': seconds.default(0),
  'repo-s': seconds.default(0),
  'fix-s': seconds.optional(),
  noise: z.coerce.number().min(0).max(3).default(0),
  lost: share.default(0),
  doubled: share.default(0),
  'late-s': seconds.default(0),
  crashes: z.coerce.number().int().min(0).max(1000).default(0),
  week: z.boolean().default(false),
  json: z.boolean().default(false),
});

export type Options = z.infer<typeof options>;

const flags = new Set(['week', 'json']);

/**
 * What the command line asks for.
 *
 * @throws `wrong-usage` with every problem at once
 */
export function optionsFrom(argv: readonly string[]): Options {
  const names = Object.keys(options.shape);
  const spec = Object.fromEntries(
    names.map((name) => [name, { type: flags.has(name) ? 'boolean' : 'string' } as const]),
  );
  const read = options.safeParse(words(argv, spec));
  if (!read.success) throw wrong(read.error.issues.map((one) => `--${one.path.join('.')}: ${one.message}`).join('; '));
  const { sources, packages, graph } = read.data;
  if ((sources === undefined) !== (packages === undefined)) throw wrong('--sources and --packages go together');
  if (graph !== undefined && sources !== undefined) throw wrong('--graph takes the place of --sources and --packages');
  return read.data;
}

export function originOf({ sources, packages, graph }: Options): GraphOrigin {
  if (graph !== undefined) return { kind: 'exported', file: resolve(graph) };
  if (sources === undefined || packages === undefined) return { kind: 'apt' };
  return { kind: 'indices', sources: resolve(sources), packages: resolve(packages) };
}

function words(argv: readonly string[], spec: Record<string, { type: 'boolean' | 'string' }>): unknown {
  try {
    return { ...parseArgs({ args: [...argv], options: spec }).values };
  } catch (thrown) {
    throw wrong(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function wrong(message: string): AppError {
  const remedy = 'see tools/sim/README.md for every option';
  return new AppError({ code: 'wrong-usage', kind: 'invalid', message, remedy });
}
