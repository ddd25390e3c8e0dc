import { CommanderError, type Command } from 'commander';
import { AppError } from '@millrace/kernel';
import { exitCodeOf } from './exit-code';
import { program } from './program';

function leaves(command: Command, path: readonly string[] = []): readonly { path: string; help: string }[] {
  if (command.commands.length > 0) return command.commands.flatMap((c) => leaves(c, [...path, c.name()]));
  let help = '';
  command.configureOutput({ writeOut: (text) => void (help += text) });
  command.outputHelp();
  return [{ path: path.join(' '), help }];
}

test('there is every command that was promised', () => {
  const paths = leaves(program()).map(({ path }) => path);
  expect(paths).toEqual([
    ...['up', 'status', 'doctor', 'explain'],
    ...['report', 'list', 'show', 'approve', 'reject'].map((v) => `change ${v}`),
    ...['plan', 'start', 'list', 'show', 'watch', 'explain', 'history'].map((v) => `cascade ${v}`),
    ...['hold', 'resume', 'holds', 'cancel', 'retry', 'skip', 'waive', 'add'].map((v) => `cascade ${v}`),
    ...['remove', 'raise', 'nvrs', 'land', 'revert'].map((v) => `cascade ${v}`),
    ...['make', 'adopt', 'list', 'log', 'systems'].map((v) => `build ${v}`),
    ...['lint', 'show', 'diff', 'apply', 'history', 'list', 'adopt', 'debt'].map((v) => `release ${v}`),
    'report shadow',
    ...['create', 'list', 'revoke'].map((v) => `token ${v}`),
    ...['show', 'waive', 'group', 'decisions', 'replay'].map((v) => `gate ${v}`),
    ...['list', 'lint', 'test', 'history'].map((v) => `policy ${v}`),
    ...['show', 'dependants', 'dependencies', 'path', 'knots', 'impact', 'what-if', 'import'].map((v) => `graph ${v}`),
    ...['order', 'tiers', 'unresolved', 'diff', 'search', 'stats'].map((v) => `graph ${v}`),
    ...['list', 'name', 'prune', 'export'].map((v) => `snapshots ${v}`),
    ...['make', 'list', 'show'].map((v) => `compose ${v}`),
    ...['list', 'adopt', 'clean'].map((v) => `sidetag ${v}`),
    'alert list',
    'failure list',
    'notice list',
    'result post',
    ...['list', 'show', 'replay', 'drop'].map((v) => `quarantine ${v}`),
    ...['list', 'show', 'replay', 'drop'].map((v) => `dead-letters ${v}`),
  ]);
});

test.each(leaves(program()))(
  '$path: its help has examples of itself, and the options that all have',
  ({ path, help }) => {
    const examples = /\nExamples:\n((?: {2}\$ .*\n)+)/.exec(help)?.[1] ?? '';
    for (const line of examples.trim().split('\n')) expect(line.trim()).toMatch(new RegExp(`^\\$ millrace ${path}\\b`));
    for (const option of ['--data <dir>', '--port-base <n>', '--json']) expect(help).toContain(option);
  },
);

async function exitCodeOfRun(...args: string[]): Promise<number> {
  const silent = (command: Command): void => {
    command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    command.commands.forEach(silent);
  };
  const root = program();
  silent(root);
  return root.parseAsync(['node', 'millrace', ...args]).then(() => 0, exitCodeOf);
}

test.each([
  [['nonsense'], 2],
  [['cascade', 'start', '--all', 'rpm/x'], 2],
  [['cascade', 'start'], 2],
  [['cascade', 'start', '--all', '--since', 'tomorrow'], 2],
  [['cascade', 'start', '--all', '--confirm', 'many'], 2],
  [['cascade', 'start', 'rpm/a', '--urgency', 'high', '--release', 'r'], 2],
  [['cascade', 'plan', '--list', '/nonexistent/list'], 1],
  [['cascade', 'skip', 'c-1'], 2],
  [['cascade', 'remove', 'c-1'], 2],
  [['cascade', 'skip', 'c-1', 'rpm/a', '--all'], 2],
  [['cascade', 'cancel', 'c-1', '--release', 'r'], 2],
  [['cascade', 'retry', '--release', 'r', '--tier', '1'], 2],
  [['cascade', 'hold'], 2],
  [['cascade', 'hold', 'c-1', '--release', 'r'], 2],
  [['cascade', 'hold', 'c-1', 'rpm/a', '--tier', '1'], 2],
  [['cascade', 'hold', 'c-1', '--tier', 'x'], 2],
  [['cascade', 'hold', '--release', 'r', '--tier', '1'], 2],
  [['cascade', 'hold', 'c-1', '--until', 'tomorrow'], 2],
  [['cascade', 'resume'], 2],
  [['cascade', 'add', 'c-1'], 2],
  [['cascade', 'raise', 'c-1', '--priority', '1000'], 2],
  [['change', 'no/such/component'], 2],
  [['change', 'report', 'no/such/component'], 2],
  [['change'], 2],
  [['change', 'list', '--waiting', '--ignored'], 2],
  [['explain'], 2],
  [['status', '--port-base', 'x'], 2],
  [['status', '--port-base', '1'], 2],
  [['gate', 'waive', 'nvr', 'test'], 2],
  [['gate', 'group'], 2],
  [['gate', 'group', 'nvr'], 2],
  [['gate', 'group', '--tier', '1', 'nvr', '--release', 'r'], 2],
  [['gate', 'group', 'nvr', '--cascade', 'c-1'], 2],
  [['gate', 'group', '--cascade', 'c-1', '--tier', 'x'], 2],
  [['report', 'shadow', '--release', 'r'], 2],
  [['report', 'shadow', '--release', 'r', '--since', 'tomorrow'], 2],
  [['release', 'apply', '/nonexistent.yaml', '--yes', '1'], 1],
  [['release', 'debt', 'r', '--kind', 'bad'], 2],
  [['--version'], 0],
  // Nothing listens on these ports.
  [['cascade', 'list', '--port-base', '64000'], 3],
  [['release', 'lint', '/nonexistent.yaml'], 1],
])('millrace %j ends with %i', async (args, code) => {
  expect(await exitCodeOfRun(...args)).toBe(code);
});

test('exit codes follow what an error means', () => {
  const fault = (kind: AppError['kind']) => new AppError({ code: 'x', kind, message: 'x' });
  expect([fault('conflict'), fault('forbidden'), fault('bug'), new Error('x')].map(exitCodeOf)).toEqual([1, 1, 1, 1]);
  expect(exitCodeOf(fault('unavailable'))).toBe(3);
  expect(exitCodeOf(new CommanderError(1, 'x', 'x'))).toBe(2);
});
