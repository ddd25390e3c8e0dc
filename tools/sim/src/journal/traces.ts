import type { Input } from '@millrace/scheduler/domain/input';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deed, Tale } from '../properties/tale';

/** One input of a trace, as it was given. */
export interface Given {
  readonly atMs: number;
  readonly who: string;
  readonly input: Input;
}

const folder = join(__dirname, '..', '..', 'traces');

/** The inputs of a recorded trace, and its decisions in brief. */
export function readTrace(name: string): { readonly given: readonly Given[]; readonly decisions: readonly string[] } {
  const lines = (file: string): string[] => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
  return { given: lines(`${name}.jsonl`).map((line) => JSON.parse(line) as Given), decisions: lines(`${name}.txt`) };
}

export function writeTrace(name: string, given: readonly Given[], decisions: readonly string[]): void {
  writeFileSync(join(folder, `${name}.jsonl`), given.map((one) => `${JSON.stringify(one)}\n`).join(''));
  writeFileSync(join(folder, `${name}.txt`), `${decisions.join('\n')}\n`);
}

const plain: Tale = {
  needs: [[], [0], [0], [1, 2]],
  recipes: [false, false, false, false],
  minutes: [3, 2, 5, 1, 4, 2, 3, 1],
  builds: ['complete'],
  gates: ['passed'],
  hangs: ['none'],
  silence: null,
  watched: false,
  wellBefore: false,
  optional: [false, false, false, false],
  breaks: [true, false, false, false],
  fixes: ['none'],
  builders: 2,
  pace: 'flow',
  concurrent: 'wait',
  cutOff: true,
  canaries: 0,
  generations: 2,
  security: false,
  roots: [],
  weather: null,
  deeds: [],
  seed: 1,
};

function later(afterMinutes: number, deed: Deed): Tale['deeds'][number] {
  return { afterMinutes, deed };
}

/** What is recorded: small worlds in which one thing is worth looking at. */
export const recorded: Readonly<Record<string, Tale>> = {
  'one-root-and-what-it-breaks': { ...plain, roots: [0] },
  'knot-with-a-recipe': { ...plain, needs: [[1], [0], [1]], recipes: [true, false, false], pace: 'lockstep' },
  'failures-and-fixes-by-hand': {
    ...plain,
    builds: ['complete', 'failed', 'infrastructure', 'complete', 'complete'],
    gates: ['passed', 'passed', 'failed'],
    fixes: ['proven', 'stale'],
  },
  'changed-in-the-middle': {
    ...plain,
    deeds: [later(5, { what: 'change', n: 0 }), later(3, { what: 'change', n: 2 })],
  },
  'people-and-accidents': {
    ...plain,
    weather: { lost: 0.3, doubled: 0.5, lateMs: 60_000 },
    deeds: [
      later(1, { what: 'hold', n: 1 }),
      later(4, { what: 'crash' }),
      later(1, { what: 'flip', n: 0, to: 'failed' }),
      later(4, { what: 'resume', n: 1 }),
      later(2, { what: 'flip', n: 0, to: 'passed' }),
      later(3, { what: 'skip', n: 3 }),
    ],
  },
};
