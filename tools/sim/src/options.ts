import { AppError } from '@millrace/kernel';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { GraphOrigin } from './graph';
import { knownSets } from './sets';

const seconds = number(0, 604_800);
const share = number(0, 1);

const options = z.strictObject({
  sources: z.string().optional(),
  packages: z.string().optional(),
  graph: z.string().optional(),
  set: oneOf([...knownSets().keys()]).optional(),
  builders: whole(1, 10_000).default(8),
  pace: oneOf(['flow', 'lockstep']).default('flow'),
  seeds: whole(1, 10_000).default(1),
  'fail-rate': share.default(0),
  'gate-s': seconds.default(0),
  'repo-s': seconds.default(0),
  'fix-s': seconds.optional(),
  noise: number(0, 3).default(0),
  lost: share.default(0),
  doubled: share.default(0),
  'late-s': seconds.default(0),
  crashes: whole(0, 1000).default(0),
  week: z.boolean().default(false),
  json: z.boolean().default(false),
  help: z.boolean().default(false),
});

type Given = z.infer<typeof options>;

export interface Options extends Given {
  readonly set: string;
}

const flags = new Set(['week', 'json', 'help']);

/** What `--help` prints. */
export const usage = `npm run sim -- [--sources FILE --packages FILE | --graph FILE] [options]

  --sources, --packages   Debian's indices, compressed or not; without them bookworm's are fetched with apt
  --graph                 a graph that \`millrace snapshots export --format json\` wrote
  --set NAME              ${[...knownSets().keys()].join('|')}
                          (ocaml-abi; with --graph: full)
  --builders K            builds at one time (8)
  --pace flow|lockstep    flow, or lockstep to compare
  --seeds N               runs with the seeds 1 to N (1)
  --fail-rate X           share of the components whose build fails (0)
  --gate-s S, --repo-s S  seconds until a verdict, and until a build is in a repository (0)
  --fix-s S               somebody fixes a failure by hand so many seconds later; else nobody does
  --noise SIGMA           spread of the durations that are expected (0)
  --lost X, --doubled X   shares of the verdicts that are lost, or come twice (0)
  --late-s S              how many seconds verdicts come late (0)
  --crashes N             the scheduler dies so often (0)
  --week                  a change every minute for a week, on an invented graph
  --json                  the last line is one object
`;

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
  return { ...read.data, set: read.data.set ?? (graph === undefined ? 'ocaml-abi' : 'full') };
}

export function originOf({ sources, packages, graph }: Options): GraphOrigin {
  if (graph !== undefined) return { kind: 'exported', file: resolve(graph) };
  if (sources === undefined || packages === undefined) return { kind: 'apt' };
  return { kind: 'indices', sources: resolve(sources), packages: resolve(packages) };
}

function oneOf<Word extends string>(words: readonly Word[]) {
  return z.enum(words, { error: ({ input }) => `'${String(input).slice(0, 40)}' is not one of ${words.join(', ')}` });
}

function number(least: number, most: number, what = 'a number', isFit = Number.isFinite) {
  return z.string().transform((text, { addIssue }) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (isFit(value) && value >= least && value <= most) return value;
    addIssue(`'${text.slice(0, 40)}' is not ${what} from ${least} to ${most}`);
    return z.NEVER;
  });
}

function whole(least: number, most: number) {
  return number(least, most, 'a whole number', Number.isInteger);
}

function words(argv: readonly string[], spec: Record<string, { type: 'boolean' | 'string' }>): unknown {
  try {
    return { ...parseArgs({ args: [...argv], options: spec }).values };
  } catch (thrown) {
    throw wrong(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function wrong(message: string): AppError {
  const remedy = '`npm run sim -- --help` says every option';
  return new AppError({ code: 'wrong-usage', kind: 'invalid', message, remedy });
}
