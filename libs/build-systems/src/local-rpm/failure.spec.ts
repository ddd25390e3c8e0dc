import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuildStop } from './build-stop';
import { evidenceOf } from './failure';

describe('the evidence of a failure', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-evidence-'));
    await mkdir(join(folder, 'logs'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function evidence(stage: string, log: string) {
    await writeFile(join(folder, 'logs', `${stage}.log`), log);
    return evidenceOf(folder, new BuildStop(stage, null));
  }

  it.each([
    [
      'root',
      'Error: \n Problem: x\n  - nothing provides libfoo.so.1 needed by libbar-1-1.x86_64\n',
      'dependencies',
      /nothing provides libfoo/,
    ],
    [
      'build',
      'a.c:3:1: error: unknown type\nerror: Bad exit status from /var/tmp/rpm-tmp.a1 (%build)\n',
      'compile',
      /^a\.c:3:1/,
    ],
    [
      'build',
      'Executing(%build): x\na.c: error: old\nExecuting(%check): y\nFAIL: two\nerror: Bad exit status from /t (%check)\n',
      'test',
      /^FAIL: two/,
    ],
    [
      'build',
      'cp: error writing x: No space left on device\nerror: Bad exit status from /t (%install)\n',
      'infrastructure',
      /No space left/,
    ],
    [
      'build',
      'error: Failed build dependencies:\n\tfoo is needed by bar-1-1.noarch\n',
      'dependencies',
      /foo is needed by bar/,
    ],
    [
      'build',
      'RPM build errors:\n    Installed (but unpackaged) file(s) found:\n   /usr/bin/x\n',
      'compile',
      /unpackaged/,
    ],
    ['srpm', 'error: line 7: Unknown tag: Nmae: x\n', 'source', /Unknown tag/],
    ['repository', 'Segmentation fault\n', 'infrastructure', /Segmentation fault/],
  ])('of stage %s with %j is %s', async (stage, log, failureClass, summary) => {
    const found = await evidence(stage, log);
    expect(found.class).toBe(failureClass);
    expect(found.summary).toMatch(summary);
  });

  it('has a signature that numbers, temporary names and releases do not change', async () => {
    const log = (n: number) => `/var/tmp/rpm-tmp.x${n}: line ${n}: gear-1-1.mr${n}: command not found\n`;
    const first = await evidence('build', log(1));
    expect((await evidence('build', log(22))).signature).toBe(first.signature);
    expect((await evidence('build', 'make: command not found\n')).signature).not.toBe(first.signature);
  });

  it('keeps the end of a long log, in whole lines', async () => {
    const { tail } = await evidence('build', `${'x'.repeat(99)}\n`.repeat(500) + 'the end\n');
    expect(Buffer.byteLength(tail)).toBeLessThanOrEqual(8192);
    expect(tail.startsWith('x'.repeat(99) + '\n')).toBe(true);
    expect(tail.endsWith('the end')).toBe(true);
  });
});
