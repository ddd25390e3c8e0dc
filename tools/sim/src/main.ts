import { AppError, toAppError } from '@millrace/kernel';
import { readGraph } from './graph';
import { optionsFrom, originOf, usage, type Options } from './options';
import { reportOf, tableOf } from './report';
import { stepsOf, type Step } from './schedule';
import { membersOf, setNamed } from './sets';
import { simulateWeek } from './week';
import { simulate, type Outcome, type Run } from './simulate';

void main();

async function main(): Promise<void> {
  try {
    const options = optionsFrom(process.argv.slice(2));
    if (options.help) return void process.stdout.write(usage);
    if (options.week) return await week(options);
    const network = await readGraph(originOf(options));
    const steps = stepsOf(network, membersOf(network, setNamed(options.set)));
    const outcomes: Outcome[] = [];
    for (let seed = 1; seed <= options.seeds; seed++) outcomes.push(await simulate(runOf(options, steps, seed)));
    const report = reportOf(options, outcomes);
    process.stdout.write(tableOf(outcomes, report));
    if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  } catch (thrown) {
    const { code, message, remedy } = toAppError(thrown);
    process.stderr.write(`sim: ${message}${remedy ? `\n     ${remedy}` : ''}\n`);
    process.exitCode = code === 'wrong-usage' ? 2 : 1;
  }
}

async function week(options: Options): Promise<void> {
  const { seeds: seed, builders, pace } = options;
  const times = { gateS: options['gate-s'], repoS: options['repo-s'], fixS: options['fix-s'] ?? 1800 };
  const found = await simulateWeek({ seed, components: 400, builders, pace, failRate: options['fail-rate'], ...times });
  for (const [name, value] of Object.entries(found)) process.stdout.write(`${name.padEnd(14)} ${value}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(found)}\n`);
  if (found.open > 0)
    throw new AppError({ code: 'cascades-open', kind: 'conflict', message: `${found.open} cascades have not ended` });
}

function runOf(options: Options, steps: readonly Step[], seed: number): Run {
  const { builders, pace, noise, lost, doubled, crashes } = options;
  const lateMs = options['late-s'] * 1000;
  const isCalm = lost === 0 && doubled === 0 && lateMs === 0;
  return {
    ...{ steps, builders, pace, seed, noise, failRate: options['fail-rate'] },
    ...{ gateS: options['gate-s'], repoS: options['repo-s'], fixS: options['fix-s'] ?? null },
    weather: isCalm ? null : { lost, doubled, lateMs },
    crashes: Array.from({ length: crashes }, (_, n) => (n + 1) * 1800),
  };
}
