import type { PolicyProblem } from '../policy';
import { NotReadable, readDocuments, type Written } from './tagged-documents';

export interface ReadEach<Item> {
  readonly items: readonly Item[];
  /** What is wrong, in Greenwave's words, the first of each document. */
  readonly problems: readonly PolicyProblem[];
}

/** Reads the documents of a file one by one: what is wrong with one hides nothing of the others. */
export function readEach<Item>(text: string, read: (node: Written) => Item): ReadEach<Item> {
  const problems: PolicyProblem[] = [];
  const items: Item[] = [];
  const attempt = (act: () => void): void => {
    try {
      act();
    } catch (thrown) {
      if (!(thrown instanceof NotReadable)) throw thrown;
      problems.push(thrown.problem);
    }
  };
  let documents: readonly Written[] = [];
  attempt(() => (documents = readDocuments(text)));
  for (const node of documents) attempt(() => items.push(read(node)));
  return { items, problems };
}
