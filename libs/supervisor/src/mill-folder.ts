import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where everything of one mill lies, below its data folder. All absolute. */
export interface MillFolder {
  readonly data: string;
  /** Only its owner may look into it (0700). */
  readonly secrets: string;
  readonly logs: string;
  readonly natsStore: string;
  readonly natsConfig: string;
  /** Names, roles and digests of the tokens; the services read it. */
  readonly tokensFile: string;
  /** The local user's own token (0600); the command line reads it. */
  readonly tokenFile: string;
}

export function millFolder(data: string): MillFolder {
  const root = resolve(data);
  const secrets = join(root, 'secrets');
  return {
    data: root,
    secrets,
    logs: join(root, 'logs'),
    natsStore: join(root, 'nats'),
    natsConfig: join(secrets, 'nats-server.conf'),
    tokensFile: join(secrets, 'tokens.json'),
    tokenFile: join(secrets, 'token'),
  };
}

export function makeMillFolder(folder: MillFolder): void {
  mkdirSync(folder.data, { recursive: true });
  mkdirSync(folder.secrets, { recursive: true, mode: 0o700 });
  mkdirSync(folder.logs, { recursive: true });
}
