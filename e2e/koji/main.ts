import { toAppError } from '@millrace/kernel';
import { tellStory } from './story';
import { openWorld } from './world';

/** `npm run e2e:koji [-- --json] [--keep]`: ends with 0 when all of it really happened. */
async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [json, keep] = [argv.includes('--json'), argv.includes('--keep')];
  const began = Date.now();
  const say = (line: string): void => console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(5)}  ${line}`);
  const world = await openWorld(env, keep, say);
  if (keep) say(`everything lies in ${world.dir}`);
  try {
    const outcome = await tellStory(world);
    if (json) console.log(JSON.stringify(outcome));
    else say(`all of it happened, in ${outcome.seconds} seconds`);
    return 0;
  } catch (thrown) {
    const { message, stack, kind } = toAppError(thrown);
    say(kind === 'bug' ? (stack ?? message) : message);
    say(await world.report().catch((other: unknown) => `(no more is known: ${toAppError(other).message})`));
    if (json) console.log(JSON.stringify({ ok: false, problem: message }));
    return 1;
  } finally {
    await world.end();
  }
}

main(process.argv.slice(2), process.env).then(
  (code) => {
    process.exitCode = code;
  },
  (thrown: unknown) => {
    console.error(thrown);
    process.exitCode = 1;
  },
);
