import { revokeToken } from '@millrace/supervisor';
import type { Leaf } from '../leaf';

export const tokenRevoke: Leaf<object> = {
  usage: 'revoke <name>',
  about: 'Revokes a token: from now on it opens nothing.',
  examples: ['token revoke ada'],
  run: (context, args) => {
    const { sha256: _, ...token } = revokeToken(context.folder.tokensFile, args.text(0), context.now());
    context.show(token, () => `the token of ${token.name} is revoked`);
    return Promise.resolve();
  },
};
