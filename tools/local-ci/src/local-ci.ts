import { toAppError } from '@millrace/kernel';
import { join } from 'node:path';
import type { JsMsg } from 'nats';
import { connectGuest, listen, publish } from './bus';
import type { Config } from './config';
import { readFinishedBuild, type FinishedBuild } from './finished-build';
import { laySkeleton } from './sandbox';
import { giveUp, testBuild, type Laboratory } from './test-build';
import { turns } from './turns';

/** Static text, data in fields. */
export type Log = (message: string, fields: Readonly<Record<string, unknown>>) => void;

export interface LocalCi {
  stop(): Promise<void>;
}

/** Tries of a build that this CI fails to test for reasons of its own, before it says so. */
const tries = 3;

export async function startLocalCi(config: Config, log: Log): Promise<LocalCi> {
  await laySkeleton(join(config.work, 'skeleton'));
  const nats = await connectGuest(config);
  const lab: Laboratory = {
    name: config.name,
    work: config.work,
    path: config.path,
    say: (report) => publish(nats, config.name, report),
    inTurn: turns(config.capacity),
    now: () => new Date(),
  };
  const listening = listen(nats, config.name, {
    handle: (message) => handle(lab, message, log),
    trouble: (thrown) => log('the bus is in trouble; trying again', { error: toAppError(thrown).message }),
  });
  log('listening', { nats: config.nats, consumer: config.name, capacity: config.capacity });
  return {
    async stop() {
      await listening.stop();
      await nats.close();
    },
  };
}

async function handle(lab: Laboratory, message: JsMsg, log: Log): Promise<void> {
  const build = readOrNull(message, log);
  if (!build) return;
  try {
    const outcomes = await testBuild(lab, build);
    message.ack();
    for (const { check, result, note, seconds } of outcomes)
      log('tested', { nvr: build.nvr, check, result, note, seconds });
  } catch (thrown) {
    const { message: error } = toAppError(thrown);
    log('this CI could not test a build', { nvr: build.nvr, error, attempt: message.info.redeliveryCount });
    if (message.info.redeliveryCount < tries) {
      message.nak(1000 * 2 ** message.info.redeliveryCount);
      return;
    }
    await giveUp(lab, build, error);
    message.ack();
  }
}

/** The build of a message; one that has none, or that cannot be read, is done with here. */
function readOrNull(message: JsMsg, log: Log): FinishedBuild | null {
  try {
    const build = readFinishedBuild(message.data);
    if (!build) message.ack();
    return build;
  } catch (thrown) {
    log('an event that this CI cannot read', { subject: message.subject, error: toAppError(thrown).message });
    message.term();
    return null;
  }
}
