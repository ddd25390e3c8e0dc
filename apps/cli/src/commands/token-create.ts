import { roles, type Role } from '@millrace/contracts';
import { createToken } from '@millrace/supervisor';
import { misused } from '../context';
import type { Leaf } from '../leaf';

interface Options {
  readonly role: string;
}

export const tokenCreate: Leaf<Options> = {
  usage: 'create <name>',
  about:
    'Makes a named token and prints its text, this once. Only its digest is kept. Works on the data folder itself.',
  options: (command) =>
    command.option('--role <role>', `${roles.join(', ')}: each may do what those before it may`, 'read'),
  examples: ['token create ada --role releng', 'token create ci-dashboard'],
  run: (context, args, options) => {
    const role = roleOf(options.role);
    const name = args.text(0);
    const token = createToken(context.folder.tokensFile, name, role, context.now());
    context.show({ name, role, token }, () => token);
    context.note(`token of ${name} (${role}); give it as MILLRACE_TOKEN or 'Authorization: Bearer …'`);
    return Promise.resolve();
  },
};

function roleOf(text: string): Role {
  const found = roles.find((role) => role === text);
  if (found) return found;
  throw misused(`'${text}' is no role`, `choose from ${roles.join(', ')}`);
}
