import type { ReleaseDefinition } from '@millrace/contracts';
import type { KojiLogin, KojiOptions } from '@millrace/koji';
import type { KojiRelease, KojiReleases } from '../koji/settings';
import { readSecret } from './secret';
import type { KojiSettings } from './settings';

/** The release definitions as they stand now. */
export interface Definitions {
  named(release: string): Promise<ReleaseDefinition | null>;
  all(): Promise<readonly ReleaseDefinition[]>;
}

/** How to reach the hub. Throws `secret-unreadable` (invalid). */
export function hubOptions(name: string, settings: KojiSettings): KojiOptions {
  const { url, login, ca_file: caFile, proxy, user_agent: userAgent, timeout_seconds: timeout } = settings;
  return {
    url,
    timeoutMs: timeout * 1000,
    pace: { tries: settings.retries, intervalMs: settings.retry_seconds * 1000 },
    userAgent: userAgent ?? 'millrace/0.1.0',
    ...(login ? { login: loginOf(name, login) } : {}),
    ...(caFile === undefined ? {} : { caFile }),
    ...(proxy === undefined ? {} : { proxy }),
  };
}

/** The parts of release definitions that are about one build system. */
export function releasesOf(system: string, definitions: Definitions): KojiReleases {
  return {
    named: async (name) => {
      const definition = await definitions.named(name);
      return definition ? partOf(system, definition) : null;
    },
    all: async () => {
      const all = await definitions.all();
      const parts = all.map((definition) => [definition.release, partOf(system, definition)] as const);
      return new Map(parts.flatMap(([name, part]) => (part ? [[name, part] as const] : [])));
    },
  };
}

/** null: the release builds nothing there. */
function partOf(
  system: string,
  { build_systems: systems, build_targets: targets, sources, side_tags: sideTags }: ReleaseDefinition,
): KojiRelease | null {
  const types = (['rpm', 'container', 'image'] as const).filter((type) => systems[type] === system);
  if (types.length === 0) return null;
  const named = types.map((type) => {
    const target = targets?.[type];
    return [type, target && { ...target, branch: sources[type]?.branch, sideTags }] as const;
  });
  return Object.fromEntries(named);
}

function loginOf(name: string, login: NonNullable<KojiSettings['login']>): KojiLogin {
  const proxied = 'proxy_user' in login && login.proxy_user ? { proxyUser: login.proxy_user } : {};
  switch (login.kind) {
    case 'password':
      return {
        kind: 'password',
        user: login.user,
        password: readSecret(name, 'login.password_file', login.password_file),
      };
    case 'certificate':
      return { kind: 'certificate', certFile: login.cert_file, keyFile: login.key_file, ...proxied };
    case 'kerberos':
      return { kind: 'kerberos', ...(login.service ? { service: login.service } : {}), ...proxied };
  }
}
