import { basename } from 'node:path';
import { rule } from './rule';
import { paths, sourceFiles } from './source-tree';

const files = sourceFiles();
const everything = ['apps', 'libs', 'tools']
  .flatMap((folder) => paths(folder))
  .filter((path) => path.includes('/src/'));

describe('names', () => {
  rule('files and folders are kebab-case', () =>
    everything
      .filter((path) => !path.includes('/fixtures/') && basename(path) !== 'README.md')
      .filter((path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/.test(basename(path)))
      .map((path) => ({ path, what: 'is not kebab-case' })),
  );

  rule('nothing is called service, util, helper or manager', () =>
    everything
      .filter((path) => /^(services?|utils?|helpers?|managers?|misc|shared)(\.|$)/.test(basename(path)))
      .map((path) => ({ path, what: 'says nothing about what is in it' })),
  );

  rule('nothing exported is called Manager, Helper or Util', () =>
    files
      .filter((file) =>
        /export (abstract )?(class|function|const|interface|type) \w*(Manager|Helper|Utils?)\b/.test(file.text),
      )
      .map((file) => ({ path: file.path, what: 'exports such a name' })),
  );

  rule('a barrel stands only at the door of a library', () =>
    files
      .filter(
        (file) =>
          basename(file.path) === 'index.ts' &&
          !/^libs\/([^/]+\/src|clients\/[^/]+\/src(\/(schema|fake))?)\/index\.ts$/.test(file.path),
      )
      .map((file) => ({ path: file.path, what: 'is a second barrel' })),
  );

  rule('interfaces have no I in front', () =>
    files
      .filter((file) => /export interface I[A-Z]/.test(file.text))
      .map((file) => ({ path: file.path, what: 'exports such an interface' })),
  );
});
