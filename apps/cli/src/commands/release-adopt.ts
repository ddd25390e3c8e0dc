import { doors, type DoorReply } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import type { Context } from '../context';
import type { Leaf } from '../leaf';
import { releaseOf } from '../naming';
import { table } from '../table';
import { counted, orDash } from '../words';

interface Options {
  readonly why: string;
  readonly inputs: boolean;
  readonly wait: boolean;
  readonly status?: boolean;
}

type Adoption = DoorReply<typeof doors.scheduler.adoption>;

const lookEveryMs = 500;

export const releaseAdopt: Leaf<Options> = {
  usage: 'adopt [release]',
  about:
    'Imports what the build systems have of a release: tags, last builds and what they were built with, owners, ' +
    'durations. It only reads there and starts nothing; what is stale or failing is listed by `release debt`. An import ' +
    'that is cut off goes on by itself.',
  options: (command) =>
    command
      .option('--why <text>', 'kept in the journal', '')
      .option('--no-inputs', 'leave out what builds were built with: much faster')
      .option('--no-wait', 'only start it')
      .option('--status', 'only show how far it has got'),
  examples: ['release adopt f43 --why "we begin to observe"', 'release adopt f43 --status --json'],
  run: async (context, args, { why, inputs, wait, status = false }) => {
    const release = await releaseOf(context, args.optional(0));
    if (!status) await start(context, release, { why, inputs });
    const adoption = status || !wait ? await look(context, release) : await ended(context, release);
    context.show(adoption, () => adoptionText(adoption));
    if (adoption.state === 'failed' && !status) throw failed(adoption);
  },
};

/** One that runs already is watched. */
async function start({ client, note }: Context, release: string, how: Pick<Options, 'why' | 'inputs'>): Promise<void> {
  try {
    note((await client.call(doors.scheduler.releaseAdopt, { release, ...how })).text);
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'adoption-running') throw thrown;
    note(thrown.message);
  }
}

function look({ client }: Context, release: string): Promise<Adoption> {
  return client.call(doors.scheduler.adoption, { release });
}

async function ended(context: Context, release: string): Promise<Adoption> {
  for (let told = ''; ;) {
    const adoption = await look(context, release);
    if (adoption.state !== 'running') return adoption;
    const line = progressText(adoption);
    if (line !== told) context.note(line);
    told = line;
    await new Promise((done) => setTimeout(done, lookEveryMs));
  }
}

function progressText({ builds, total, problem }: Adoption): string {
  return `${builds} of ${total} builds${problem === null ? '' : `; it waits: ${problem}`}`;
}

function adoptionText(adoption: Adoption): string {
  const { state, builds, total, owners, durations, debt, problem } = adoption;
  if (state === 'none')
    return `release ${adoption.release} has not been adopted: millrace release adopt ${adoption.release}`;
  const { broken, failing, stale } = debt;
  return [
    `adoption of ${adoption.release}: ${state}${problem === null ? '' : `, ${problem}`}`,
    `${builds} of ${counted(total, 'build')}, ${counted(owners, 'owner')}, ${counted(durations, 'new duration')}`,
    `debt: ${broken} broken, ${failing} failing, ${stale} stale (millrace release debt ${adoption.release})`,
    table(
      ['BUILD SYSTEM', 'FROM', 'BUILDS', 'PAGES', 'STATE'],
      adoption.systems.map((one) => [
        ...[one.system, orDash(one.places.join(', ')), `${one.builds}/${one.total}`, String(one.pages)],
        one.done ? 'done' : state,
      ]),
      'it has no build system',
    ),
  ].join('\n');
}

function failed({ release, problem }: Adoption): AppError {
  return new AppError({
    code: 'adoption-failed',
    kind: 'conflict',
    message: `release ${release} was not adopted: ${problem ?? 'it ended early'}`,
    remedy: `mend that, and start it again: millrace release adopt ${release}`,
  });
}
