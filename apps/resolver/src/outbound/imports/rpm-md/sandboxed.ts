import { AppError } from '@millrace/kernel';
import { spawn, type ChildProcess } from 'node:child_process';

const patienceMs = 10 * 60_000;
const mostWords = 4000;

/** Where a file lies for the program that reads it. */
const inside = '/tmp/package.rpm';

/**
 * The output of one of rpm's programs about one package file, without network, rights, or any file that it could write:
 * what is in a package is read by the code that people fear most.
 * @throws AppError `package-unreadable`
 */
export async function* sandboxed(program: string, args: readonly string[], file: string): AsyncGenerator<Uint8Array> {
  const child = spawn('bwrap', [...walls(file), program, ...args, inside], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', HOME: '/tmp', LC_ALL: 'C.UTF-8' },
  });
  const ended = endOf(child);
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  try {
    for await (const chunk of child.stdout) yield chunk as Uint8Array;
    const { code, words } = await ended;
    if (code !== 0) throw unreadable(program, file, words || `it ended with ${code}`);
  } finally {
    clearTimeout(timer);
    child.kill('SIGKILL');
  }
}

function walls(file: string): readonly string[] {
  return [
    ...['--ro-bind', '/usr', '/usr', '--ro-bind', '/etc', '/etc', '--symlink', 'usr/bin', '/bin'],
    ...['--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64', '--proc', '/proc', '--dev', '/dev'],
    ...['--tmpfs', '/tmp', '--ro-bind', file, inside, '--chdir', '/tmp'],
    ...['--unshare-all', '--uid', '65534', '--gid', '65534', '--cap-drop', 'ALL', '--die-with-parent', '--new-session'],
    '--',
  ];
}

function endOf(child: ChildProcess): Promise<{ readonly code: number | null; readonly words: string }> {
  let words = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    if (words.length < mostWords) words += chunk.toString('utf8');
  });
  return new Promise((resolve) => {
    child.on('error', (cause) => resolve({ code: null, words: cause.message }));
    child.on('close', (code) => resolve({ code, words: words.trim().slice(0, 500) }));
  });
}

function unreadable(program: string, file: string, why: string): AppError {
  return new AppError({
    code: 'package-unreadable',
    kind: 'invalid',
    message: `${program} cannot read ${file}: ${why}`,
    remedy: 'check that rpm and bubblewrap are installed, and that the package is whole',
  });
}
