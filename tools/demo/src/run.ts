import { toAppError } from '@millrace/kernel';
import { readConfig, usage, type Config } from './config';
import { tellStory } from './story/story';
import { openWorld, type World } from './world';
import { liveView } from './view/live-view';
import { plainView } from './view/plain-view';
import type { View } from './view/view';

/** Runs the story from the command line to the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  let config: Config | null;
  try {
    config = readConfig(argv);
  } catch (thrown) {
    process.stderr.write(`${wordsOf(thrown)}\n`);
    return 2;
  }
  if (config !== null) return play(config);
  process.stdout.write(usage);
  return 0;
}

async function play(config: Config): Promise<number> {
  const ending = new AbortController();
  // `on`, not `once`: a second signal must not cut the ending short. A closed terminal sends two.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.abort());
  // A terminal that was closed says so by SIGHUP; what is written to it then must not end the story's own cleaning up.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const view = viewOf(config);
  let world: World | null = null;
  try {
    world = await openWorld(config, view, ending.signal);
    const outcome = await tellStory(world);
    view.chapter(`All of it happened, in ${outcome.seconds} seconds.`);
    if (!config.once) await stayUp(world, ending.signal, () => printJson(config, outcome));
    else printJson(config, outcome);
    return 0;
  } catch (thrown) {
    // Ctrl-C in the middle is no fault, but the story has not been told.
    if (!ending.signal.aborted) view.say(wordsOf(thrown));
    printJson(config, { ok: false, problem: toAppError(thrown).message });
    if (world && !config.once && !ending.signal.aborted) await stayUp(world, ending.signal, () => undefined);
    return 1;
  } finally {
    await world?.end();
  }
}

function viewOf({ live, color }: Config): View {
  if (!live) return plainView((line) => process.stdout.write(`${line}\n`));
  return liveView({
    write: (text) => void process.stdout.write(text),
    get columns() {
      return process.stdout.columns;
    },
    get rows() {
      return process.stdout.rows;
    },
    color,
  });
}

function printJson(config: Config, value: object): void {
  if (config.json) process.stdout.write(`${JSON.stringify(value)}\n`);
}

function wordsOf(thrown: unknown): string {
  const { message, remedy, kind, stack } = toAppError(thrown);
  return `${message}${remedy ? `\n  what to do: ${remedy}` : ''}${kind === 'bug' ? `\n${stack}` : ''}`;
}

/** Everything stays up until Ctrl-C. */
async function stayUp(world: World, signal: AbortSignal, before: () => void): Promise<void> {
  const where = `--data ${world.dir} --port-base ${world.portBase}`;
  world.view.chapter('Everything is still up. Try, in another terminal:');
  for (const line of [
    `npx millrace status ${where}`,
    `npx millrace cascade show ${where}`,
    `npx millrace cascade explain latest rpm/quern ${where}`,
    `npx millrace notice list --text ${where}`,
    `npx millrace graph dependants rpm/libstone ${where}`,
    `change something in ${world.dir}/maintainers/agnes/libstone, commit and push it, and watch: npx millrace cascade watch ${where}`,
  ])
    world.view.say(line);
  world.view.say(
    `services: ${['resolver', 'scheduler', 'ci-bridge', 'notifier', 'harvester'].map((app, n) => `${app} http://127.0.0.1:${world.portBase + 1 + n}`).join(', ')}`,
  );
  world.view.say(`mails: ${world.inbox}; logs: ${world.dir}/logs`);
  world.view.chapter('Ctrl-C ends it.');
  before();
  if (!signal.aborted) await new Promise<void>((done) => signal.addEventListener('abort', () => done()));
}
