import { toAppError } from '@millrace/kernel';
import { broken } from '@millrace/testing/stories';
import { openStage } from './stage';
import type { Scenario } from './scenario';

export interface Told {
  readonly name: string;
  readonly title: string;
  readonly seconds: number;
  /** null: all of it happened. */
  readonly problem: string | null;
}

export interface Telling {
  readonly env: NodeJS.ProcessEnv;
  /** Temporary folders stay. */
  readonly keep: boolean;
  readonly say: (line: string) => void;
}

/** However it hangs, it ends. */
const longestSeconds = 150;

/** Tells one scenario on a stage of its own. Never throws. */
export async function tellScenario(name: string, { title, tell }: Scenario, telling: Telling): Promise<Told> {
  const began = Date.now();
  const seconds = (): number => Math.round((Date.now() - began) / 100) / 10;
  const stage = openStage(name, telling.env, telling.keep, (line) => telling.say(`  ${line}`));
  telling.say(`${name}: ${title}`);
  if (telling.keep) telling.say(`  everything lies in ${stage.dir}`);
  let problem: string | null = null;
  try {
    await Promise.race([tell(stage), overdue()]);
  } catch (thrown) {
    problem = `${wordsOf(thrown)}\n${await stage.report()}`;
  }
  await stage.end().catch((thrown: unknown) => (problem ??= `it cannot be ended: ${wordsOf(thrown)}`));
  return { name, title, seconds: seconds(), problem };
}

function overdue(): Promise<never> {
  return new Promise((_, fail) => {
    setTimeout(
      () => fail(broken(`the scenario took longer than ${longestSeconds} seconds`)),
      longestSeconds * 1000,
    ).unref();
  });
}

function wordsOf(thrown: unknown): string {
  const { kind, message, stack } = toAppError(thrown);
  return kind === 'bug' ? (stack ?? message) : message;
}
