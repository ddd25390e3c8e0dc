import type { FileAdapter } from '../adapter';
import { foundInFile } from '../files';
import { wrong } from '../wrong';
import { junitTests } from './schema';

/** JUnit's XML, which xUnit files of other tools follow. */
export const junit: FileAdapter = {
  name: 'junit',
  map: (content, subject) => {
    const tests = junitTests(content);
    if (tests.length === 0) throw wrong([], 'has no testcase element');
    return foundInFile(content, subject, tests);
  },
};
