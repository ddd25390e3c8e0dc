import { createLocalRpm, makeByHand } from '@millrace/build-systems';
import { AppError, moment, msBetween } from '@millrace/kernel';
import type { Context } from '../context';
import type { Leaf } from '../leaf';
import { cascadeIdOf, componentOf, releaseOf } from '../naming';
import { sourceOf } from '../source-of';
import { duration } from '../words';

interface Options {
  readonly release?: string;
  readonly as?: string;
  readonly cascade?: string;
  readonly component?: string;
}

const everyMs = 150;

export const buildMake: Leaf<Options> = {
  usage: 'make <source>',
  about:
    "A maintainer's build: the local builder without the scheduler. SOURCE is a git checkout (its newest commit, when " +
    "nothing is uncommitted), a folder or a .src.rpm. It is built against the release's base, or with --cascade against " +
    "that cascade's builds, and then the cascade goes on with it. Ends with 1 when it fails.",
  options: (command) =>
    command
      .option('--release <name>', 'the release; not needed when there is only one')
      .option('--cascade <id>', "build against this cascade's builds; `latest` will do")
      .option('--as <name>', 'who makes it (default: your user name)')
      .option('--component <id>', 'when the source does not tell'),
  examples: [
    'build make ~/libflour --release minidistro --cascade latest',
    'build make quern-1.0-2.src.rpm --as quentin',
  ],
  run: async (context, args, options) => {
    const { source, component: told } = await sourceOf(args.text(0), context.config.path, options.component);
    const component = componentOf(told);
    const release = await releaseOf(context, options.release);
    const cascade = options.cascade === undefined ? null : await cascadeIdOf(context, options.cascade);
    const dir = context.buildsDir;
    const build = await makeByHand({ dir, release, component, source, cascade, as: options.as ?? context.config.user });
    context.note(`building ${component} by hand as ${build}, against ${cascade ?? `the base of ${release}`}`);
    await watch(context, build);
  },
};

async function watch(context: Context, build: string): Promise<void> {
  const system = createLocalRpm({ dir: context.buildsDir, capacity: 1 });
  const from = moment(Date.now());
  for (let said = ''; ; await new Promise((done) => setTimeout(done, everyMs))) {
    const [status] = await system.look([build]);
    const { state, nvr, repository } = status!;
    if (state !== said) context.note(`${duration(msBetween(from, moment(Date.now()))).padStart(8)}  ${state}`);
    said = state;
    if (state === 'complete') {
      return context.show({ build, state, nvr, repository }, () => `${nvr} is built: ${repository}`);
    }
    if (state === 'failed' || state === 'cancelled') throw await failure(context, build);
  }
}

async function failure(context: Context, build: string): Promise<AppError> {
  const evidence = await createLocalRpm({ dir: context.buildsDir, capacity: 1 }).evidence(build);
  context.show({ build, state: 'failed', evidence }, () => evidence.tail.trimEnd());
  const logs = evidence.logs.map((log) => log.address).join(', ');
  return new AppError({
    code: 'build-failed',
    kind: 'conflict',
    message: `the build failed in stage ${evidence.stage} (${evidence.class}): ${evidence.summary}`,
    remedy: `see \`millrace build log ${build}\`, or ${logs}`,
  });
}
