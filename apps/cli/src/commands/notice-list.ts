import { doors } from '@millrace/contracts';
import { misused } from '../context';
import type { Leaf } from '../leaf';
import { paintState } from '../paint';
import { table } from '../table';
import { when } from '../words';

interface Options {
  readonly person?: string;
  readonly state?: string;
  readonly limit: string;
  readonly text?: boolean;
}

const states = ['waiting', 'delivered', 'failed'] as const;

export const noticeList: Leaf<Options> = {
  usage: 'list',
  about: 'Lists what people were told, newest first.',
  options: (command) =>
    command
      .option('--person <name>', 'to this person only')
      .option('--state <state>', states.join(', '))
      .option('--limit <n>', 'at most', '20')
      .option('--text', 'with what each says'),
  examples: ['notice list', 'notice list --person quentin --text'],
  run: async (context, _, options) => {
    const { notices } = await context.client.call(doors.notifier.notices, {
      person: options.person,
      state: stateOf(options.state),
      limit: options.limit,
    });
    context.show(notices, () => {
      const list = table(
        ['AT', 'PERSON', 'STATE', 'SUBJECT'],
        notices.map((n) => [
          when(n.at),
          `${n.person} <${n.address}>`,
          paintState(context.paint, n.state),
          n.subject_line,
        ]),
        'no notices',
      );
      if (!options.text) return list;
      return [list, ...notices.map((n) => `\n${context.paint('bold', n.subject_line)}\n${n.text.trimEnd()}`)].join(
        '\n',
      );
    });
  },
};

function stateOf(text: string | undefined): (typeof states)[number] | undefined {
  const found = states.find((state) => state === text);
  if (text === undefined || found) return found;
  throw misused(`'${text}' is no state of a notice`, `choose from ${states.join(', ')}`);
}
