import { AppError, toAppError } from '@millrace/kernel';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { tellScenario, type Telling, type Told } from './harness/run-scenarios';
import type { Scenario } from './harness/scenario';

const folder = join(__dirname, 'scenarios');
const usage = `Usage: npm run e2e:scenarios [-- NAME ... --json --keep --list]

Tells the scenarios of e2e/scenarios; those named, or all. Several are told two at a time, each with its words at its end.

  --json   the last line is one JSON object
  --keep   the temporary folders stay
  --list   names them only
`;

/** Ends with 0 when all of it happened, 1 when a scenario broke, 2 when it was called wrongly. */
async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const options = { json: { type: 'boolean' }, keep: { type: 'boolean' }, list: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  const all = names();
  if (values.list) return say(...all);
  const unknown = positionals.find((name) => !all.includes(name));
  if (unknown !== undefined) {
    console.error(`There is no scenario ${unknown}.\n\n${usage}`);
    return 2;
  }
  const chosen = positionals.length > 0 ? positionals : all;
  const told = await tellAll(chosen, { env, keep: values.keep ?? false });
  if (values.json) say(JSON.stringify({ ok: told.every(({ problem }) => problem === null), scenarios: told }));
  return told.some(({ problem }) => problem !== null) ? 1 : 0;
}

/** They wait for one another's processes more than they work: two share the machine. */
const atOnce = 2;

async function tellAll(wanted: readonly string[], how: Omit<Telling, 'say'>): Promise<readonly Told[]> {
  const left = [...wanted];
  const told: Told[] = [];
  const next = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift())
      told.push(await tellOne(name, how, wanted.length > 1));
  };
  await Promise.all(Array.from({ length: atOnce }, next));
  return told;
}

/** `later`: what is said in between comes with its end, or it would stand among the words of another. */
async function tellOne(name: string, how: Omit<Telling, 'say'>, later: boolean): Promise<Told> {
  const kept: string[] = [];
  const one = await tellScenario(name, await scenarioOf(name), {
    ...how,
    say: later ? (line) => void kept.push(line) : say,
  });
  const end = `${one.problem === null ? '✓' : '✗'} ${name} (${one.seconds} s)`;
  say(...kept, end, ...(one.problem === null ? [] : [one.problem]));
  return one;
}

function names(): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.js'));
  return files.map((file) => file.slice(0, -'.js'.length)).sort();
}

async function scenarioOf(name: string): Promise<Scenario> {
  const { scenario } = (await import(pathToFileURL(join(folder, `${name}.js`)).href)) as { scenario?: Scenario };
  if (scenario) return scenario;
  const message = `e2e/scenarios/${name}.ts exports no \`scenario\``;
  throw new AppError({ code: 'no-scenario', kind: 'bug', message, remedy: 'export const scenario: Scenario = …' });
}

function say(...lines: readonly string[]): 0 {
  for (const line of lines) console.log(line);
  return 0;
}

main(process.argv.slice(2), process.env).then(
  (code) => process.exit(code),
  (thrown: unknown) => {
    console.error(toAppError(thrown).message);
    process.exit(2);
  },
);
