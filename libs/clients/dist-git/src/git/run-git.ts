import { AppError } from '@millrace/kernel';
import { spawn } from 'node:child_process';

export interface GitRun {
  /** The repository's folder. */
  readonly repository: string;
  /** The file with all that git may know of its surroundings: nobody's own configuration has a say. */
  readonly configuration: string;
  readonly timeoutMs: number;
  /** Largest file that git may write, in bytes. */
  readonly largestFile: number;
  readonly signal?: AbortSignal | undefined;
}

export interface GitAnswer {
  readonly code: number | null;
  readonly output: string;
  /** The end of what it complained about. */
  readonly problem: string;
}

export interface GitCall {
  readonly args: readonly string[];
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const mostOutput = 8 * 1024 * 1024;
const mostProblem = 16 * 1024;
/** Milliseconds that git has to end by itself. */
const patienceMs = 5000;
const programs = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Runs git in a process group of its own, without a terminal or anybody's configuration; nothing of a repository is
 * ever checked out. When this process is killed, git goes on to its end. An exit code other than 0 is an answer, too.
 *
 * @throws AppError `git-missing`, `git-too-slow`, `git-too-much` (unavailable)
 */
export function runGit(run: GitRun, { args, input = '', env = {} }: GitCall): Promise<GitAnswer> {
  return new Promise((resolve, reject) => {
    const child = spawn('prlimit', [`--fsize=${run.largestFile}`, 'git', '--git-dir', run.repository, ...args], {
      cwd: '/',
      detached: true,
      env: { ...surroundings(run.configuration), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let ended: AppError | null = null;
    let killer: NodeJS.Timeout | undefined;
    const end = (fault: AppError): void => {
      if (ended) return;
      ended = fault;
      // Asked to end, git takes its locks away, those of a server that is a folder here, too.
      killGroup(child.pid, 'SIGTERM');
      killer = setTimeout(() => killGroup(child.pid, 'SIGKILL'), patienceMs);
    };
    const timer = setTimeout(() => end(tooSlow(args, run.timeoutMs)), run.timeoutMs);
    const stop = (): void => end(stopped());
    run.signal?.addEventListener('abort', stop, { once: true });
    if (run.signal?.aborted) stop();
    const output: Buffer[] = [];
    let size = 0;
    let problem = '';
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > mostOutput) return end(tooMuch(args));
      output.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      problem = (problem + chunk.toString('utf8')).slice(-mostProblem);
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', (cause) => end(missing(cause)));
    child.on('close', (code) => {
      clearTimeout(timer);
      clearTimeout(killer);
      run.signal?.removeEventListener('abort', stop);
      if (ended) return reject(ended);
      resolve({ code, output: Buffer.concat(output).toString('utf8'), problem: problem.trim() });
    });
  });
}

function surroundings(configuration: string): Readonly<Record<string, string>> {
  return {
    PATH: programs,
    LC_ALL: 'C',
    HOME: '/nonexistent',
    GIT_CONFIG_GLOBAL: configuration,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    SSH_ASKPASS: '/bin/false',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_OPTIONAL_LOCKS: '0',
  };
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}

function missing(cause: Error): AppError {
  return new AppError({
    code: 'git-missing',
    kind: 'unavailable',
    message: `git cannot be run: ${cause.message}`,
    remedy: 'install git and util-linux (prlimit) on this machine',
    cause,
  });
}

function stopped(): AppError {
  return new AppError({ code: 'stopping', kind: 'unavailable', message: 'git was broken off: we are stopping' });
}

function tooSlow(args: readonly string[], ms: number): AppError {
  return new AppError({
    code: 'git-too-slow',
    kind: 'unavailable',
    message: `git ${args[0] ?? ''} did not end within ${ms / 1000} s`,
    remedy: 'it is tried again; look whether the server answers',
  });
}

function tooMuch(args: readonly string[]): AppError {
  return new AppError({
    code: 'git-too-much',
    kind: 'unavailable',
    message: `git ${args[0] ?? ''} said more than ${mostOutput} bytes`,
    remedy: 'look at the repository: it has a folder or a history of a size that no package has',
  });
}
