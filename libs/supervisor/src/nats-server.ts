import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '@millrace/kernel';
import { natsUsers, permissionsOf, type NatsUser, type Permissions } from './nats-permissions';

/** Debian installs it where an ordinary user's PATH does not look. */
const places = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin', '/usr/bin'];

export interface NatsProgram {
  readonly path: string;
  readonly version: readonly [major: number, minor: number, patch: number];
}

/**
 * Finds the server on the PATH or in the usual places, and asks it for its version.
 *
 * @throws AppError `nats-server-missing`
 */
export async function findNatsServer(path: string): Promise<NatsProgram> {
  const found = [...path.split(delimiter).filter(Boolean), ...places]
    .map((folder) => join(folder, 'nats-server'))
    .find(isExecutable);
  if (!found) {
    throw new AppError({
      code: 'nats-server-missing',
      kind: 'missing',
      message: `the program nats-server is neither on the PATH nor in ${places.join(', ')}`,
      remedy:
        'install it (Debian: apt-get install nats-server; macOS: brew install nats-server), or set NATS_URL to a server with JetStream',
    });
  }
  const { stdout } = await promisify(execFile)(found, ['--version'], { timeout: 10_000 });
  const [, major = '0', minor = '0', patch = '0'] = /v(\d+)\.(\d+)\.(\d+)/.exec(stdout) ?? [];
  return { path: found, version: [Number(major), Number(minor), Number(patch)] };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface NatsConfig {
  readonly port: number;
  readonly storeDir: string;
  readonly version: NatsProgram['version'];
  readonly passwords: Readonly<Record<NatsUser, string>>;
}

/** The server's configuration: loopback only, JetStream on disk, one user per service. It holds the passwords. */
export function natsConfigText(config: NatsConfig): string {
  const [major, minor] = config.version;
  // 2.9 refuses to start with a setting that it does not know.
  const syncAlways = major > 2 || (major === 2 && minor >= 10);
  const users = natsUsers.map((user) => userText(user, config.passwords[user], permissionsOf(user)));
  return [
    `listen: "127.0.0.1:${config.port}"`,
    'server_name: "millrace"',
    'max_payload: 2097152',
    'jetstream {',
    `  store_dir: ${quoted(config.storeDir)}`,
    ...(syncAlways ? ['  sync_interval: always'] : []),
    '}',
    'authorization {',
    '  timeout: 5',
    '  users: [',
    ...users,
    '  ]',
    '}',
    '',
  ].join('\n');
}

function userText(user: NatsUser, password: string, permissions: Permissions | null): string {
  const rights =
    permissions === null
      ? ''
      : `, permissions: { publish: { allow: ${list(permissions.publish.allow)}${
          permissions.publish.deny ? `, deny: ${list(permissions.publish.deny)}` : ''
        } }, subscribe: { allow: ${list(permissions.subscribe.allow)} } }`;
  return `    { user: ${quoted(user)}, password: ${quoted(password)}${rights} }`;
}

function list(subjects: readonly string[]): string {
  return `[${subjects.map(quoted).join(', ')}]`;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
