import { listTokens } from '@millrace/supervisor';
import type { Leaf } from '../leaf';
import { table } from '../table';
import { when } from '../words';

export const tokenList: Leaf<object> = {
  usage: 'list',
  about: 'Lists the tokens, revoked ones too. Their texts are kept nowhere.',
  examples: ['token list', 'token list --json'],
  run: (context) => {
    const tokens = listTokens(context.folder.tokensFile).map(({ sha256: _, ...token }) => token);
    context.show(tokens, () =>
      table(
        ['NAME', 'ROLE', 'CREATED', 'REVOKED'],
        tokens.map((token) => [token.name, token.role, when(token.created_at), when(token.revoked_at)]),
        'no tokens',
      ),
    );
    return Promise.resolve();
  },
};
