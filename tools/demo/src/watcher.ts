import { doors } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { mailsIn, textOfMail } from './inbox';
import type { World } from './world';

const everyMs = 400;
const linesOfMail = 14;

/** Shows a cascade and the mails while something else goes on. Gives what ends it; the last state is shown then. */
export function watch(world: World, cascade: string): () => Promise<void> {
  let over = false;
  const running = (async () => {
    while (!over) {
      await showOnce(world, cascade);
      await new Promise((done) => setTimeout(done, everyMs));
    }
    await showOnce(world, cascade);
    world.view.show(null);
  })();
  // Its fault is told when it is ended; until then it must not end the process.
  running.catch(() => undefined);
  return async () => {
    over = true;
    await running;
  };
}

async function showOnce(world: World, cascade: string): Promise<void> {
  showMails(world);
  try {
    world.view.show(await world.client.call(doors.scheduler.cascade, { cascade }));
  } catch (thrown) {
    // A scheduler that is being started again is shown by its own line.
    if (!(thrown instanceof AppError && thrown.kind === 'unavailable')) throw thrown;
  }
}

const shown = new WeakMap<World, number>();

function showMails(world: World): void {
  const mails = mailsIn(world.inbox);
  const before = shown.get(world) ?? 0;
  shown.set(world, mails.length);
  for (const mail of mails.slice(before)) {
    world.view.say(`@ mail to ${mail.to.join(', ')}: ${mail.subject}`);
    const lines = textOfMail(world.inbox, mail).trim().split('\n');
    for (const line of lines.slice(0, linesOfMail)) world.view.say(`  | ${line}`);
    if (lines.length > linesOfMail) world.view.say(`  | … (${lines.length - linesOfMail} more lines)`);
  }
}
