import { AppError } from '@millrace/kernel';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Access } from '../schema';

/**
 * git's whole configuration here. Only https, ssh and file are spoken (http with this machine alone); no
 * redirects to elsewhere, no password on a command line: git reads it from the file that `access` names. Repositories
 * made here are bare and without a template, so they have no hooks; those of a server that is a folder here are run, as
 * they hold its rules.
 */
export function gitConfiguration(access: Access): string {
  const lines = [
    '[protocol]',
    'allow = never',
    ...['file', 'https', 'ssh', 'http'].flatMap((one) => [`[protocol "${one}"]`, 'allow = always']),
    '[core]',
    'fsmonitor = false',
    `sshCommand = ${quoted(sshCommand(access))}`,
    '[safe]',
    'directory = *',
    '[http]',
    'followRedirects = false',
    'lowSpeedLimit = 1',
    'lowSpeedTime = 60',
    '[credential]',
    'helper =',
    'useHttpPath = false',
    ...access.credentials.flatMap(({ address, file }) => [
      `[credential ${quoted(address)}]`,
      `helper = ${quoted(`!f() { test "$1" = get && cat '${file}'; }; f`)}`,
    ]),
    ...[
      '[commit]',
      'gpgSign = false',
      '[push]',
      'gpgSign = false',
      '[gc]',
      'auto = 0',
      '[maintenance]',
      'auto = false',
    ],
    ...['[transfer]', 'bundleURI = false', '[submodule]', 'recurse = false'],
    ...['[init]', 'defaultBranch = main', '[advice]', 'detachedHead = false'],
  ];
  return `${lines.join('\n')}\n`;
}

/** Nobody is asked; hosts must be known, and only the given key is shown. */
function sshCommand({ ssh }: Access): string {
  const key = ssh ? ` -i '${ssh.key_file}' -o IdentitiesOnly=yes -o UserKnownHostsFile='${ssh.known_hosts_file}'` : '';
  return `ssh -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=yes${key}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/**
 * A repository's address as git gets it.
 *
 * @throws AppError `dist-git-address` (invalid): another protocol, a password in it, http to another machine
 */
export function addressOf(url: string): string {
  const text = isAbsolute(url) ? pathToFileURL(url).href : url;
  const parsed = URL.canParse(text) ? new URL(text) : null;
  if (!parsed || /[\s\p{Cc}]/u.test(text)) throw noAddress(url, 'it is no address');
  if (parsed.password !== '' || (parsed.protocol !== 'ssh:' && parsed.username !== '')) {
    throw noAddress(withoutUser(parsed), 'it holds a name or a password; put them into a file of credentials');
  }
  if (parsed.hostname.startsWith('-') || parsed.username.startsWith('-')) throw noAddress(url, 'it is no host');
  const here = ['127.0.0.1', 'localhost', '[::1]'].includes(parsed.hostname);
  const spoken = ['https:', 'ssh:', 'file:'].includes(parsed.protocol) || (parsed.protocol === 'http:' && here);
  if (!spoken) throw noAddress(url, 'only https, ssh and file are spoken');
  return text;
}

function withoutUser(url: URL): string {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare.href;
}

function noAddress(url: string, why: string): AppError {
  return new AppError({
    code: 'dist-git-address',
    kind: 'invalid',
    message: `${url.slice(0, 300)} cannot be used as a git repository: ${why}`,
    remedy: 'give it as https://host/path, ssh://user@host/path, file:///path or an absolute path',
  });
}
