import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readModulemd } from './read-modulemd';

interface Verdict {
  readonly title: string;
  readonly accepted: boolean;
  readonly yaml: string;
}

const verdicts = JSON.parse(readFileSync(join(__dirname, 'fixtures/verdicts.json'), 'utf8')) as readonly Verdict[];
const folder = mkdtempSync(join(tmpdir(), 'millrace-modulemd-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What the validator of this machine says; the packager's forms have to be named to it. */
function validates(yaml: string): boolean {
  const path = join(folder, 'case.yaml');
  writeFileSync(path, yaml);
  const packager = /document: modulemd-packager\nversion: ([23])/.exec(yaml);
  const type = packager ? [`--type=modulemd-packager-v${packager[1]}`] : [];
  return spawnSync('modulemd-validator', [...type, path], { stdio: 'ignore' }).status === 0;
}

describe('a modulemd stream is taken and refused as modulemd-validator does it', () => {
  it.each(verdicts)('$title: $accepted', ({ yaml, accepted }) => {
    const read = (): unknown => readModulemd(yaml, 'case.yaml');
    if (accepted) expect(read()).toBeDefined();
    else {
      expect(read).toThrow(
        expect.objectContaining({ code: 'modulemd-damaged', message: expect.stringMatching(/^case\.yaml/) }),
      );
    }
  });

  (existsSync('/usr/bin/modulemd-validator') ? it : it.skip)(
    'and the verdicts are still its own',
    () => {
      expect(verdicts.filter(({ yaml, accepted }) => validates(yaml) !== accepted).map((one) => one.title)).toEqual([]);
    },
    60_000,
  );
});
