import { doors } from '@millrace/contracts';
import { misused } from '../context';
import type { Leaf } from '../leaf';
import { componentOf, releaseOf } from '../naming';

interface Options {
  readonly release?: string;
  readonly commit?: string;
  readonly urgency: string;
  readonly why: string;
}

export const changeReport: Leaf<Options> = {
  usage: 'report <components...>',
  isDefault: true,
  about:
    'Says that components changed: what depends on them is rebuilt. Their newest commit is taken unless one is named. ' +
    'The word report may be left out.',
  options: (command) =>
    command
      .option('--release <name>', 'the release; not needed when there is only one')
      .option('--commit <sha>', 'the full commit, when one component is named')
      .option('--urgency <level>', 'security, normal or background', 'normal')
      .option('--why <text>', 'kept in the journal', ''),
  examples: ['change report rpm/libstone', 'change report libstone libmill --release minidistro --why "new soname"'],
  run: async (context, args, options) => {
    const components = args.list(0).map(componentOf);
    if (options.commit !== undefined && components.length !== 1)
      throw misused('--commit belongs to one component', 'name one component, or leave --commit out');
    const urgency = urgencyOf(options.urgency);
    const reply = await context.client.call(doors.scheduler.changeReport, {
      release: await releaseOf(context, options.release),
      components: components.map((component) => ({
        component,
        ...(options.commit === undefined ? {} : { commit: options.commit }),
      })),
      urgency,
      why: options.why,
    });
    context.show(reply, () => {
      const words = { cascade: `cascade ${reply.cascade}`, waits: 'it waits', ignored: 'nothing is done' };
      return `change ${reply.change}: ${words[reply.outcome]}: ${reply.because}`;
    });
  },
};

const urgencies = ['security', 'normal', 'background'] as const;

function urgencyOf(text: string): (typeof urgencies)[number] {
  const found = urgencies.find((urgency) => urgency === text);
  if (found) return found;
  throw misused(`'${text}' is no urgency`, `choose from ${urgencies.join(', ')}`);
}
