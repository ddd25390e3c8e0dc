// Every check of the project, the quick ones first.
import { boundariesHold } from './boundaries.mjs';
import { command } from './command.mjs';
import { graphHasEdges } from './graph.mjs';
import { suites } from './jest.mjs';
import { lockIsComplete } from './lock.mjs';
import { scenarios } from './scenarios.mjs';

const bin = (name) => `node_modules/.bin/${name}`;

export const checks = [
  byCommand('format', [bin('prettier'), '--check', '--log-level', 'warn', '.'], 'npx prettier --check .'),
  byFunction('lock file', lockIsComplete),
  byFunction('project graph', graphHasEdges),
  byFunction('module boundaries', boundariesHold),
  byCommand('lint', [bin('nx'), 'run-many', '-t', 'lint', '--output-style=static'], 'npm run lint'),
  byCommand('types', [bin('tsc'), '-p', 'tsconfig.check.json'], 'npx tsc -p tsconfig.check.json'),
  byCommand('drift', ['node', 'tools/docs/dist/main.js', '--check'], 'npm run docs -- --check'),
  {
    name: 'tests',
    how: 'npx jest -c <project>/jest.config.cjs <pattern>',
    isSuite: true,
    usesPostgres: true,
    run: () => suites('jest.config.cjs', { minutes: 20 }),
  },
  {
    name: 'tests from outside',
    how: 'npx jest -c <project>/jest.e2e.config.cjs --runInBand',
    isSuite: true,
    run: () => suites('jest.e2e.config.cjs', { minutes: 15, inBand: true }),
  },
  byCommand('end to end: the whole story', ['npm', 'run', '--silent', 'e2e'], 'npm run e2e', 12),
  byCommand('end to end: every service killed', ['npm', 'run', '--silent', 'e2e:crash'], 'npm run e2e:crash', 15),
  byCommand('end to end: the bus lost', ['npm', 'run', '--silent', 'e2e:bus'], 'npm run e2e:bus', 12),
  byCommand(
    'end to end: every database set back',
    ['npm', 'run', '--silent', 'e2e:restore'],
    'npm run e2e:restore',
    12,
  ),
  byCommand(
    'end to end: the scheduler killed anywhere',
    ['npm', 'run', '--silent', 'crash:scheduler', '--', '--seeds', '10'],
    'npm run crash:scheduler -- --seeds 10',
    8,
  ),
  byCommand(
    'end to end: a landing killed anywhere',
    ['npm', 'run', '--silent', 'crash:landing'],
    'npm run crash:landing',
    8,
  ),
  byCommand('end to end: a cascade in Koji', ['npm', 'run', '--silent', 'e2e:koji'], 'npm run e2e:koji', 6),
  {
    name: 'scenarios',
    how: 'npm run e2e:scenarios',
    isSuite: true,
    run: () => scenarios({ minutes: 10 }),
  },
];

function byCommand(name, argv, how, minutes = 10) {
  const run = async () => {
    const { code, output } = await command(argv, { minutes });
    return code === 0 ? { passed: 1, failures: [] } : { passed: 0, failures: [{ name, output }] };
  };
  return { name, how, run };
}

function byFunction(name, find) {
  const run = async () => {
    const problems = await find();
    return problems.length === 0
      ? { passed: 1, failures: [] }
      : { passed: 0, failures: [{ name, output: problems.join('\n') }] };
  };
  return { name, how: `npm test -- --only '${name}'`, run };
}
