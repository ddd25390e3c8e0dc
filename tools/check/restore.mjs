// The story with databases set back in its middle; `--postgres`: on a private PostgreSQL, or the one that
// MILLRACE_TEST_POSTGRES names, instead of SQLite. Other options are the story's.
import { command, endAll } from './command.mjs';
import { startPostgres } from './postgres.mjs';

const options = process.argv.slice(2);
const story = ['node', 'tools/demo/dist/crash.js', '--crash', 'restore', ...options];
try {
  if (options.includes('--postgres')) console.log((await startPostgres()).says);
  const { code } = await command(story, { minutes: 20, onLine: (text) => process.stdout.write(text) });
  process.exitCode = code;
} finally {
  await endAll();
}
