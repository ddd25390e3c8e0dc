import { open } from 'node:fs/promises';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@millrace/kernel';
import { misused, type Context } from '../context';
import type { Leaf } from '../leaf';

interface Options {
  readonly file?: string;
  readonly lines: string;
}

interface Log {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** No more than this of each log is read, from its end. */
const maxBytes = 4 * 1024 * 1024;

export const buildLog: Leaf<Options> = {
  usage: 'log <build>',
  about: "Prints the logs of a build from the local builder's folder.",
  options: (command) =>
    command
      .option('--file <name>', 'this log only, e.g. build.log')
      .option('--lines <n>', 'the last lines of each; 0: all', '60'),
  examples: ['build log hand-7f3c', 'build log hand-7f3c --file build.log --lines 0'],
  run: async (context, args, options) => {
    const lines = Number(options.lines);
    if (!Number.isInteger(lines) || lines < 0)
      throw misused(`'${options.lines}' is no number of lines`, 'give 0 or more');
    const logs = await logsOf(context, args.text(0), options.file);
    const cut = logs.map((log) => ({ ...log, text: lastLines(log.text, lines) }));
    context.show(cut, () => cut.map((log) => `${context.paint('bold', `== ${log.path}`)}\n${log.text}`).join('\n'));
  },
};

async function logsOf(context: Context, build: string, file: string | undefined): Promise<readonly Log[]> {
  // A build's ref names its folder: never let it lead elsewhere.
  if (!/^[A-Za-z0-9_=-]{1,200}$/.test(build)) throw misused(`'${build}' is no build`, 'see `millrace build list`');
  const folder = join(context.buildsDir, 'builds', build, 'logs');
  const names = await readdir(folder).catch(() => null);
  if (names === null) throw noLogs(build, folder);
  const wanted = names.filter((name) => file === undefined || name === file || name === `${file}.log`).sort();
  if (wanted.length === 0 && file !== undefined)
    throw misused(`there is no log '${file}'`, `choose from ${names.join(', ')}`);
  return Promise.all(
    wanted.map(async (name) => ({ name, path: join(folder, name), text: await endOf(join(folder, name)) })),
  );
}

async function endOf(path: string): Promise<string> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(size, maxBytes));
    await handle.read(bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8');
  } finally {
    await handle.close();
  }
}

function lastLines(text: string, count: number): string {
  const lines = text.replace(/\n$/, '').split('\n');
  return (count === 0 ? lines : lines.slice(-count)).join('\n');
}

function noLogs(build: string, folder: string): AppError {
  return new AppError({
    code: 'build-unknown',
    kind: 'missing',
    message: `build ${build} has no logs here: ${folder} is missing`,
    remedy: 'see `millrace build list`, and give the --data folder of the mill that made it',
  });
}
