import { run } from './run';

/** The story with something broken in its middle: `--crash services`, `bus` or `restore`. In a folder of its own. */
const dir = ['--dir', '.millrace/crash'];
void run(['--once', '--json', ...dir, ...process.argv.slice(2)]).then((code) => {
  process.exitCode = code;
});
