import { AppError } from '@millrace/kernel';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

const maxOutput = 4 * 1024 * 1024;

/** A repository's own configuration and hooks are never used, and no program is asked for a password. */
const guards = [
  ...['-c', 'safe.directory=*', '-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false'],
  ...['-c', 'protocol.allow=never', '-c', 'protocol.file.allow=always', '-c', 'protocol.https.allow=always'],
];

const environment = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C.UTF-8',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '/bin/false',
  GIT_LITERAL_PATHSPECS: '1',
};

/**
 * What git prints; null when it ends with an error.
 * @throws AppError `git-unavailable` when it cannot be run, `git-output` when it prints over 4 MiB
 */
export async function git(args: readonly string[], seconds = 30): Promise<string | null> {
  try {
    const options = { env: environment, maxBuffer: maxOutput, timeout: seconds * 1000, encoding: 'utf8' as const };
    return (await run('git', [...guards, ...args], options)).stdout;
  } catch (thrown) {
    const { code } = thrown as { code?: unknown };
    if (typeof code === 'number') return null;
    throw faultOf(thrown, code, args);
  }
}

function faultOf(thrown: unknown, code: unknown, args: readonly string[]): AppError {
  const what = `git ${args.find((arg) => /^[a-z-]+$/.test(arg)) ?? ''}`;
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return new AppError({
      code: 'git-output',
      kind: 'invalid',
      message: `${what} printed over ${maxOutput} bytes`,
      remedy: 'a source repository holds specs and small files; large files belong elsewhere',
    });
  }
  return new AppError({
    code: 'git-unavailable',
    kind: 'unavailable',
    message: `${what} could not be run, or took too long`,
    remedy: 'check that git is installed (`millrace doctor`) and that the source repositories answer',
    cause: thrown,
  });
}
