import type { FileAdapter } from '../adapter';
import { foundInFile } from '../files';
import { tapTests } from './schema';

/** The Test Anything Protocol. */
export const tap: FileAdapter = {
  name: 'tap',
  map: (content, subject) => foundInFile(content, subject, tapTests(content)),
};
