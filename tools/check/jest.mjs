import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { command, root } from './command.mjs';

/** Runs the suites of every project that has such a configuration; counts single tests. A suite that cannot run fails. */
export async function suites(config, { minutes, inBand = false }) {
  const projects = projectsWith(config);
  const folder = mkdtempSync(join(tmpdir(), 'millrace-jest-'));
  const file = join(folder, 'result.json');
  const argv = [
    'node_modules/.bin/jest',
    ...['--projects', ...projects.map((project) => join(project, config))],
    ...['--json', `--outputFile=${file}`, '--reporters', join(root, 'tools/check/reporter.cjs')],
    ...['--testSequencer', join(root, 'tools/check/sequencer.cjs')],
    ...['--testTimeout=60000', inBand ? '--runInBand' : '--maxWorkers=2'],
    // A process that has run a hundred suites keeps what they loaded, and becomes slow.
    ...(inBand ? [] : ['--workerIdleMemoryLimit=1GB']),
  ];
  try {
    const { output } = await command(argv, { minutes, onLine: showProgress });
    if (!existsSync(file)) return { passed: 0, failures: [{ name: config, output }] };
    return count(JSON.parse(readFileSync(file, 'utf8')), config);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function showProgress(text) {
  for (const line of text.split('\n')) if (/^ {2}[✓✗-] |^ {6}/.test(line)) console.log(line);
}

function count(result, config) {
  const failures = result.testResults.flatMap((suite) => {
    const path = relative(root, suite.name);
    const how = `npx jest -c ${projectOf(path)}/${config} ${path.split('/').pop().replace('.ts', '')}`;
    const failed = suite.assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0 && suite.status === 'failed') return [{ name: `${path}: the suite cannot run`, how }];
    return failed.map((test) => ({ name: `${path}: ${test.fullName}`, how: `${how} -t ${pattern(test.fullName)}` }));
  });
  return { passed: result.numPassedTests, failures };
}

function projectsWith(config) {
  const places = ['libs', 'libs/clients', 'apps', 'tools', '.'].filter((place) => existsSync(join(root, place)));
  return places
    .flatMap((place) => readdirSync(join(root, place)).map((name) => join(place, name)))
    .filter((project) => existsSync(join(root, project, config)))
    .sort();
}

function projectOf(path) {
  return path
    .split('/')
    .slice(0, path.startsWith('libs/clients/') ? 3 : path.startsWith('e2e/') ? 1 : 2)
    .join('/');
}

/** A test's name as jest's regular expression, quoted for a shell. */
function pattern(name) {
  return `'${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replace(/'/g, "'\\''")}'`;
}
