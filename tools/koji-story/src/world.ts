import { createClient, type Client } from '@millrace/admin-client';
import { doors, type DoorRequest } from '@millrace/contracts';
import { findPortBase, startMill, type Child, type Mill } from '@millrace/supervisor';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isBroken, parts, recipeOf, specOf, type Part } from './distribution';
import { startHub, type HubProcess } from './hub';
import { commitFile } from './run-git';
import { broken } from './until';

export const release = 'story';
export const test = 'story.install.functional';

/** A hub, a mill and the sources, all in one temporary folder. */
export interface World {
  readonly dir: string;
  readonly hub: HubProcess;
  readonly client: Client;
  readonly env: NodeJS.ProcessEnv;
  say(line: string): void;
  /** A new commit of a part, which the hub's builder then builds well. Gives the commit. */
  mend(name: string): Promise<string>;
  /** Address of a part's repository. */
  sourceOf(name: string): string;
  child(name: string): Child;
  end(): Promise<void>;
}

export async function openWorld(env: NodeJS.ProcessEnv, keep: boolean, say: World['say']): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-koji-story-'));
  const ends: (() => Promise<void>)[] = [];
  const end = async (): Promise<void> => {
    for (const one of ends.reverse()) await one();
    if (!keep) rmSync(dir, { recursive: true, force: true });
  };
  try {
    const hub = await startHub(dir);
    ends.push(() => hub.end());
    await layOutHub(hub);
    const sourceOf = (name: string): string => `file://${join(dir, 'rpms', name)}`;
    for (const part of parts) await makeSource(hub, { dir, env, sourceOf }, part);
    const mill = await start(dir, hub, env, say);
    ends.push(() => mill.end());
    const token = readFileSync(mill.folder.tokenFile, 'utf8').trim();
    const client = createClient({ portBase: mill.portBase, token });
    await client.call(doors.scheduler.releaseApply, { definition: definitionIn(dir), why: 'the story begins' });
    const mend = async (name: string): Promise<string> => {
      const part = parts.find((one) => one.name === name)!;
      const commit = await commitFile(
        join(dir, 'rpms', name),
        `${name}.spec`,
        specOf(part, 'mended'),
        env['PATH'] ?? '',
      );
      await hub.act('addSource', `git+${sourceOf(name)}`, { ...recipeOf(part, 'complete') });
      return commit;
    };
    const child = (name: string): Child => mill.children.find((one) => one.name === name) ?? missing(name);
    return { dir, hub, client, env, say, mend, sourceOf, child, end };
  } catch (thrown) {
    await end();
    throw thrown;
  }
}

async function layOutHub(hub: HubProcess): Promise<void> {
  await hub.act('addUser', 'millrace', 'millrace');
  await hub.act('addUser', 'maintainer', 'maintainer');
  await hub.act('addTag', 's1', { packages: parts.map((part) => part.name) });
  await hub.act('addTag', 's1-candidate', { parents: ['s1'] });
  await hub.act('addTag', 's1-build', { parents: ['s1'] });
  await hub.act('addTarget', 's1', 's1-build', 's1-candidate');
}

type Where = Pick<World, 'dir' | 'env' | 'sourceOf'>;

async function makeSource(hub: HubProcess, { dir, env, sourceOf }: Where, part: Part): Promise<void> {
  const { name } = part;
  await commitFile(join(dir, 'rpms', name), `${name}.spec`, specOf(part, 'first'), env['PATH'] ?? '');
  const recipe = recipeOf(part, isBroken(name) ? 'compile' : 'complete');
  await hub.act('addSource', `git+${sourceOf(name)}`, { ...recipe });
}

async function start(dir: string, hub: HubProcess, env: NodeJS.ProcessEnv, say: World['say']): Promise<Mill> {
  const data = join(dir, 'mill');
  mkdirSync(data, { recursive: true });
  const passwordFile = join(dir, 'koji-password');
  writeFileSync(passwordFile, 'millrace\n', { mode: 0o600 });
  const settingsFile = join(dir, 'millrace.yaml');
  // JSON is YAML.
  writeFileSync(
    settingsFile,
    JSON.stringify({ scheduler: { build_systems: { koji: settings(hub.url, passwordFile) } } }),
  );
  return startMill({
    ...{ data, settingsFile, env, user: 'story', apps: ['resolver', 'scheduler', 'ci-bridge'] },
    portBase: await findPortBase(4100, 6),
    tell: (event) => {
      if (event.kind === 'died') say(`! ${event.name} ${event.how}`);
    },
  });
}

function settings(url: string, passwordFile: string): object {
  return {
    ...{ kind: 'koji', url, top_url: 'http://127.0.0.1:9/koji', capacity: 12, poll_seconds: 0.2 },
    login: { kind: 'password', user: 'millrace', password_file: passwordFile },
    // A story cannot wait as long as a hub far away deserves.
    ...{ longest_call_seconds: 3, retries: 100, retry_seconds: 0.1 },
  };
}

function definitionIn(dir: string): DoorRequest<typeof doors.scheduler.releaseApply>['definition'] {
  return {
    ...{ release, title: 'A story of thirty parts', product_version: 'story-1', mode: 'act' },
    build_systems: { rpm: 'koji' },
    build_targets: { rpm: { target: 's1', tag: 's1', isolation: 'side-tag', drafts: true, promote: 'gate' } },
    sources: { rpm: { git: join(dir, 'rpms'), branch: 'main' } },
    ...{ capacity: 12, landing: 'automatic' },
    gates: [{ id: 'installs', rules: [{ test, deadline: '10m' }] }],
    ...{ people: { rae: { mail: 'rae@mill.example' } }, owners: [], releng: ['rae'] },
  };
}

function missing(name: string): never {
  throw broken(`there is no ${name}`);
}
