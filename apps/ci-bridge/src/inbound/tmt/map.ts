import { parseDocument } from 'yaml';
import { crop } from '../../domain/bounds';
import type { FileAdapter } from '../adapter';
import { foundInFile } from '../files';
import { wrong } from '../wrong';
import { tmtResults } from './schema';

/** tmt's results.yaml. */
export const tmt: FileAdapter = {
  name: 'tmt',
  map: (content, subject) => {
    const results = tmtResults.parse(readYaml(content));
    return foundInFile(
      content,
      subject,
      results.map(({ name, result, note, guest }) => ({
        name,
        outcome: outcomes[result],
        note: [note ?? []].flat().join('; ') || null,
        data: { guest: guest?.name },
      })),
    );
  },
};

const outcomes = {
  pass: 'PASSED',
  fail: 'FAILED',
  info: 'INFO',
  warn: 'NEEDS_INSPECTION',
  error: 'ERROR',
  skip: 'NOT_APPLICABLE',
  pending: 'QUEUED',
} as const;

/** Plain YAML: neither tags nor aliases. */
function readYaml(content: string): unknown {
  const document = parseDocument(content);
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw wrong([], `is no plain YAML: ${crop(problem.message, 300)}`);
  try {
    return document.toJS({ maxAliasCount: 0 }) as unknown;
  } catch (thrown) {
    throw wrong([], `is no plain YAML: ${crop((thrown as Error).message, 300)}`);
  }
}
