import { join } from 'node:path';
import type { BuildSystem } from '../build-system';
import { createKojiBuildSystem } from '../koji/koji';
import { createMbsBuildSystem } from '../mbs/mbs';
import { hubOptions, releasesOf, type Definitions } from './koji-options';
import { readSecret } from './secret';
import type { BuildSystemSettings, KojiSettings, MbsSettings } from './settings';

export interface ConfiguredPlace {
  /** Folder of all build systems; each has one of its own in it. */
  readonly dir: string;
  readonly definitions: Definitions;
}

type Ending = BuildSystem & { end(): Promise<void> };

/**
 * Makes a build system from its settings. Nothing is asked of its server yet.
 *
 * @throws AppError `secret-unreadable`, `koji-option-invalid`, `koji-file-unreadable`, `mbs-option-invalid` (invalid)
 */
export function createConfigured(name: string, settings: BuildSystemSettings, place: ConfiguredPlace): Ending {
  switch (settings.kind) {
    case 'koji':
      return koji(name, settings, place);
    case 'mbs':
      return mbs(name, settings, place);
  }
}

function koji(name: string, settings: KojiSettings, { dir, definitions }: ConfiguredPlace): Ending {
  return createKojiBuildSystem({
    name,
    dir: join(dir, name),
    hub: hubOptions(name, settings),
    topUrl: settings.top_url,
    releases: releasesOf(name, definitions),
    capacity: settings.capacity,
    longestCallMs: settings.longest_call_seconds * 1000,
    pollMs: settings.poll_seconds * 1000,
    noBuilderMs: settings.no_builder_seconds * 1000,
  });
}

function mbs(name: string, settings: MbsSettings, { dir, definitions }: ConfiguredPlace): Ending {
  const { url, login, ca_file: caFile, proxy, timeout_seconds: timeout } = settings;
  return createMbsBuildSystem({
    name,
    dir: join(dir, name),
    mbs: {
      ...{ url, timeoutMs: timeout * 1000 },
      ...(login ? { login: loginOf(name, login) } : {}),
      ...(caFile === undefined ? {} : { caFile }),
      ...(proxy === undefined ? {} : { proxy }),
    },
    topUrl: settings.top_url ?? '',
    target: async (release) => {
      const definition = await definitions.named(release);
      if (definition?.build_systems.module !== name) return null;
      return { target: '', ...definition.build_targets?.module };
    },
    capacity: settings.capacity,
    user: login && 'user' in login ? (login.user ?? null) : null,
    completeAt: settings.gate === 'self' ? 'ready' : 'done',
    pollMs: settings.poll_seconds * 1000,
  });
}

/** A token is read anew for each call: those of OIDC are short-lived and renewed by others. */
function loginOf(name: string, login: NonNullable<MbsSettings['login']>) {
  if (login.kind === 'kerberos')
    return { kind: 'kerberos', ...(login.service ? { service: login.service } : {}) } as const;
  return { kind: 'token', token: () => readSecret(name, 'login.token_file', login.token_file) } as const;
}
