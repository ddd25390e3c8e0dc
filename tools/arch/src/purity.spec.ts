import { rule } from './rule';
import { sourceFiles } from './source-tree';

const files = sourceFiles().filter((file) => !file.isSpec);
const impure =
  /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\brandomUUID\(|\bperformance\.now\(|\bsetTimeout\(|\bfetch\(|\bprocess\./;

describe('purity and order', () => {
  rule('a domain has no clock, no chance and no outside', () =>
    files
      .filter((file) => /^apps\/[^/]+\/src\/domain\//.test(file.path))
      .filter((file) => impure.test(file.text))
      .map((file) => ({ path: file.path, what: `uses ${impure.exec(file.text)![0]}` })),
  );

  rule('the environment is read only where a process starts', () =>
    files
      .filter((file) => /process\.env\b/.test(file.text))
      .filter((file) => !/(^tools\/|\/(config|main|run-service)\.ts$|^libs\/(supervisor|testing)\/)/.test(file.path))
      .map((file) => ({ path: file.path, what: 'reads process.env' })),
  );

  rule('no file is longer than 220 lines', () =>
    files
      .filter((file) => file.text.split('\n').length - 1 > 220)
      .map((file) => ({ path: file.path, what: `has ${file.text.split('\n').length - 1} lines` })),
  );

  rule('nothing is left to do', () =>
    files
      .filter((file) => /\b(TODO|FIXME|XXX|HACK)\b/.test(file.text) && file.path !== 'tools/arch/src/purity.spec.ts')
      .map((file) => ({ path: file.path, what: 'has a note of something left to do' })),
  );

  rule('no error is compared by its words', () =>
    files
      .filter((file) => /\.message\s*===|\.message\.(includes|startsWith|match)\(/.test(file.text))
      .map((file) => ({ path: file.path, what: 'looks into a message' })),
  );
});
