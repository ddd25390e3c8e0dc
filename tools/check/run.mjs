// npm test: every check in order. One goes wrong: the others are run all the same, and the end says how to run that one.
// Options: --list (names only), --only NAME (may be repeated; a prefix of a name is enough).
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checks } from './checks.mjs';
import { endAll, root, seconds } from './command.mjs';
import { startPostgres } from './postgres.mjs';

const wanted = namesAskedFor(process.argv.slice(2));
const chosen = checks.filter((check) => wanted.length === 0 || wanted.some((name) => check.name.startsWith(name)));

if (process.argv.includes('--list')) {
  for (const check of checks) console.log(check.name);
  process.exit(0);
}
if (chosen.length === 0) {
  console.error(`There is no check called ${wanted.join(' or ')}. The names: npm test -- --list`);
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await endAll();
    process.exit(130);
  });
}

const postgres = chosen.some((check) => check.usesPostgres) ? await startPostgres() : null;
if (postgres) console.log(postgres.says);
const results = [];
for (const check of chosen) results.push(await runOne(check));
await endAll();
close(results);

async function runOne(check) {
  const started = Date.now();
  const result = await check
    .run()
    .catch((error) => ({ passed: 0, failures: [{ name: check.name, output: String(error.stack) }] }));
  const counts = check.isSuite ? ` ${result.passed} passed, ${result.failures.length} failed` : '';
  console.log(`${result.failures.length === 0 ? '✓' : '✗'} ${check.name}${counts} (${seconds(started)} s)`);
  for (const failure of check.isSuite ? [] : result.failures) {
    console.log(`${excerpt(failure.output)}\n${keep(check.name, failure.output)}`);
  }
  return { check, ...result };
}

/** Failures once more, together, and the closing line. */
function close(all) {
  const failures = all.flatMap(({ check, failures: of }) => of.map((failure) => ({ how: check.how, ...failure })));
  const passed = all.reduce((sum, result) => sum + result.passed, 0);
  if (failures.length > 0) console.log('\nFailed:');
  for (const failure of failures) console.log(`  ${failure.name}\n      again: ${failure.how}`);
  console.log(`\n${passed} passed, ${failures.length} failed`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

function namesAskedFor(words) {
  return words.flatMap((word, index) => (words[index - 1] === '--only' ? [word] : []));
}

/** The telling lines of what a check said: all of a short text, what speaks of errors and where in a long one. */
function excerpt(text) {
  const lines = text.trimEnd().split('\n');
  const telling = lines.filter((line) => /\berror\b|✖|^\/\S+\.\w+$/i.test(line));
  const shown = lines.length <= 60 || telling.length === 0 ? lines.slice(-60) : telling.slice(0, 60);
  return shown.map((line) => `    ${line}`).join('\n');
}

/** Keeps all that a failed check said. */
function keep(name, text) {
  const folder = join(root, '.cache/checks');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name.replace(/\W+/g, '-')}.log`);
  writeFileSync(file, text);
  return `    all of it: ${file}`;
}
