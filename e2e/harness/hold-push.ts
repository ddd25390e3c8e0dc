import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A push that waits inside the server. */
export interface HeldPush {
  isReached(): boolean;
  /** It goes on, and so do all later ones. */
  letGo(): void;
}

/**
 * The next push to a bare repository waits in this hook: `pre-receive` before anything of it is taken, `post-receive`
 * when the branch has moved already and nobody has heard of it.
 */
export function holdPush(repository: string, hook: 'pre-receive' | 'post-receive'): HeldPush {
  const [script, reached, go] = [join(repository, 'hooks', hook), join(repository, 'reached'), join(repository, 'go')];
  const lines = ['#!/bin/sh', `touch '${reached}'`, `while [ ! -e '${go}' ]; do sleep 0.05; done`, ''];
  writeFileSync(script, lines.join('\n'), { mode: 0o755 });
  return {
    isReached: () => existsSync(reached),
    letGo: () => {
      writeFileSync(go, '');
      rmSync(script, { force: true });
    },
  };
}
