import { command } from './command.mjs';

/** Tells every scenario of e2e/scenarios, each counts as a test. */
export async function scenarios({ minutes }) {
  const { output } = await command(['node', 'e2e/dist/main.js', '--json'], { minutes, onLine: showProgress });
  const told = lastLine(output)?.scenarios;
  if (!told) return { passed: 0, failures: [{ name: 'e2e/scenarios', output }] };
  const failures = told
    .filter(({ problem }) => problem !== null)
    .map(({ name }) => ({ name: `e2e/scenarios/${name}`, how: `npm run e2e:scenarios -- ${name} --keep` }));
  return { passed: told.length - failures.length, failures };
}

/** Ends of scenarios, and what is told of those that broke. */
function showProgress(text) {
  for (const line of text.split('\n'))
    if (/^[✓✗] |^ {2}|^\S.* said last:/.test(line)) console.log(`  ${line.slice(0, 400)}`);
}

function lastLine(output) {
  try {
    return JSON.parse(output.trimEnd().split('\n').at(-1));
  } catch {
    return null;
  }
}
