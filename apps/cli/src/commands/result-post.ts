import { readFileSync } from 'node:fs';
import { doors, resultFormats } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { misused } from '../context';
import type { Leaf } from '../leaf';
import { table } from '../table';

interface Options {
  readonly item?: string;
  readonly subject?: string;
  readonly type: string;
  readonly format?: string;
  readonly testcase?: string;
  readonly url?: string;
}

const endings: Readonly<Record<string, (typeof resultFormats)[number]>> = {
  xml: 'junit',
  tap: 'tap',
  yaml: 'tmt',
  yml: 'tmt',
};

export const resultPost: Leaf<Options> = {
  usage: 'post <file>',
  about: 'Posts a file of test results about a subject: JUnit or xUnit XML, TAP, or results.yaml of tmt; - is stdin.',
  options: (command) =>
    command
      .option('--item <item>', 'what was tested: an NVR, a compose, a commit')
      .option('--subject <item>', 'the same as --item')
      .option('--type <type>', 'what kind of thing that is', 'koji_build')
      .option('--format <format>', `${resultFormats.join(', ')}; else by the end of the file's name`)
      .option('--testcase <name>', 'one result under this name, as bad as the worst of the file')
      .option('--url <url>', 'address of the run'),
  examples: [
    'result post junit.xml --item libstone-2.0-1.mr1 --testcase ci.unit.functional',
    'result post results.yaml --format tmt --item libstone-2.0-1.mr1',
  ],
  run: async ({ client, show }, args, { item = '', subject = item, type, format, testcase, url }) => {
    if (subject === '') throw misused('nothing says what was tested', 'give --item, e.g. --item libstone-2.0-1.mr1');
    const file = args.text(0);
    const request = {
      ...{ format: formatOf(file, format), content: read(file), item: subject, type },
      ...(testcase === undefined ? {} : { testcase }),
      ...(url === undefined ? {} : { url }),
    };
    const reply = await client.call(doors['ci-bridge'].resultPost, request);
    show(reply, () =>
      table(
        ['RESULT', 'OUTCOME', 'TEST CASE'],
        reply.results.map((result) => [String(result.number), result.outcome, result.testcase]),
        'no results',
      ),
    );
  },
};

function formatOf(file: string, given: string | undefined): (typeof resultFormats)[number] {
  const found =
    given === undefined ? endings[file.split('.').at(-1) ?? ''] : resultFormats.find((one) => one === given);
  if (found) return found;
  throw misused(
    given === undefined ? `the name of ${file} does not say its format` : `'${given}' is no format`,
    `give --format, one of ${resultFormats.join(', ')}`,
  );
}

function read(file: string): string {
  const text = contentOf(file);
  if (text.trim() !== '') return text;
  const what = file === '-' ? 'standard input' : file;
  throw new AppError({
    code: 'file-empty',
    kind: 'invalid',
    message: `${what} is empty`,
    remedy: 'name a file of results',
  });
}

function contentOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (thrown) {
    throw new AppError({
      code: 'file-unreadable',
      kind: 'missing',
      message: `${file} cannot be read: ${(thrown as Error).message}`,
      remedy: 'name a file that you may read',
      cause: thrown,
    });
  }
}
