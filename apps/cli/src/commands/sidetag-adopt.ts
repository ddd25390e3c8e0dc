import { doors } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { setTimeout as pause } from 'node:timers/promises';
import { misused, type Context } from '../context';
import type { Leaf } from '../leaf';
import { cascadeIdOf } from '../naming';
import { sideTagsOf, type SideTagView } from '../side-tag-words';

interface Options {
  readonly cascade?: string;
  readonly release?: string;
  readonly why: string;
}

/** What is in the old place is put into the new one first. */
const longestWaitMs = 120_000;

export const sidetagAdopt: Leaf<Options> = {
  usage: 'adopt <tag>',
  about: `Lets a cascade build in a side tag that a person made: with what it validated before, and with the builds that
are in there, which are taken as builds made by hand. It is never removed by Millrace.`,
  options: (command) =>
    command
      .option('--cascade <id>', 'the cascade (or latest); left out: the one that runs')
      .option('--release <name>', 'of this release')
      .option('--why <text>', 'kept in the journal', ''),
  examples: ['sidetag adopt f44-build-side-1234 --cascade latest', 'sidetag adopt f44-build-side-1234 --release f44'],
  run: async (context, args, { cascade: named, release, why }) => {
    const tag = args.text(0);
    const cascade = named === undefined ? await runningOf(context, release) : await cascadeIdOf(context, named);
    const reply = await context.client.call(doors.scheduler.sideTagAdopt, { tag, cascade, why });
    const adopted = await untilAdopted(context, reply.release, cascade, tag);
    context.show({ ...reply, state: adopted.state, builds: adopted.builds }, () => reply.text);
  },
};

async function runningOf({ client }: Context, release: string | undefined): Promise<string> {
  const { cascades } = await client.call(doors.scheduler.cascades, { release, limit: 50 });
  const running = cascades.filter((one) => one.endedAt === null).map((one) => one.cascade);
  const [only] = running;
  if (only !== undefined && running.length === 1) return only;
  throw misused(
    only === undefined ? 'no cascade runs' : `several cascades run: ${running.join(', ')}`,
    only === undefined ? 'start one: millrace cascade start' : 'name one with --cascade',
  );
}

async function untilAdopted(context: Context, release: string, cascade: string, tag: string): Promise<SideTagView> {
  const deadline = Date.now() + longestWaitMs;
  for (;;) {
    const found = (await sideTagsOf(context, { release, all: true })).find((one) => one.tag === tag);
    if (found?.adopted && found.cascade === cascade) return found;
    if (Date.now() > deadline) throw notYet(tag, cascade, found?.because ?? 'it is not there');
    await pause(500);
  }
}

function notYet(tag: string, cascade: string, because: string): AppError {
  return new AppError({
    code: 'side-tag-not-adopted',
    kind: 'conflict',
    message: `cascade ${cascade} does not build in ${tag} yet: ${because}`,
    remedy: 'it is tried again; look at `millrace sidetag list --all`',
  });
}
