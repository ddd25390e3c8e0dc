import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdAlone } from './alone';

describe('holding a data folder alone', () => {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-alone-'));
  const file = join(dir, 'made', 'too', 'x.lock');
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('refuses a second holder by name, until the first gives it back', () => {
    const give = holdAlone(file, 'the resolver');
    const second = () => holdAlone(file, 'the resolver');
    expect(second).toThrow(`the resolver already runs on this data folder, as process ${process.pid}`);
    expect(second).toThrow(expect.objectContaining({ code: 'already-running', kind: 'conflict' }) as Error);
    give();
    expect(existsSync(file)).toBe(false);
    second()();
  });

  it('takes over from a process that died', async () => {
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => undefined, 60000)'], { stdio: 'ignore' });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!;
    writeFileSync(file, `${child.pid} ${started}`);
    expect(() => holdAlone(file, 'x')).toThrow(`as process ${child.pid}`);
    child.kill('SIGKILL');
    await gone;
    holdAlone(file, 'x')();
  });

  it.each([`${process.pid} 1`, '999999999 5', 'garbage', ''])(
    'takes over what names no living process (its pid may have a new owner): %s',
    (text) => {
      writeFileSync(file, text);
      holdAlone(file, 'x')();
    },
  );

  it('gives back only what is its own', () => {
    const give = holdAlone(file, 'x');
    writeFileSync(file, '1 2');
    give();
    expect(readFileSync(file, 'utf8')).toBe('1 2');
    rmSync(file);
    give();
  });
});
