import { createClient, type Client } from '@millrace/admin-client';
import { doors, type DoorRequest } from '@millrace/contracts';
import { gitWorld, type GitWorld } from '@millrace/dist-git/fake';
import { recipeOf, specOf, type Part } from '@millrace/koji/fake';
import { startFakeMbs, type FakeMbs } from '@millrace/mbs/fake';
import { findPortBase, startMill, type Child, type Mill } from '@millrace/supervisor';
import { freePort } from '@millrace/testing';
import { broken } from '@millrace/testing/stories';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTasks } from '../harness/open-tasks';
import { reportOn } from '../harness/report-on';
import { boxed, containerfile, isBroken, modulemd, moduleParts, parts } from './distribution';
import { startHub, type HubProcess } from './hub';

export const release = 'story';
export const test = 'story.install.functional';

/** A hub, a mill and the sources, all in one temporary folder. */
export interface World {
  readonly dir: string;
  readonly hub: HubProcess;
  readonly mbs: FakeMbs;
  readonly client: Client;
  readonly env: NodeJS.ProcessEnv;
  say(line: string): void;
  /** A new commit of a part, which the hub's builder then builds well. Gives the commit. */
  mend(name: string): Promise<string>;
  /** Address of a part's repository. */
  sourceOf(name: string): string;
  child(name: string): Child;
  /** How everything stands, for people who must find out why the story broke. */
  report(): Promise<string>;
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
    const git = gitWorld({ within: dir, suffix: '' });
    const sourceOf = (name: string): string => `file://${git.root}/rpms/${name}`;
    for (const part of parts) await makeSource(hub, { git, sourceOf }, part);
    const mbs = await startModules(git);
    ends.push(() => mbs.close());
    await makeContainer(hub, git);
    const mill = await start(dir, { hub: hub.url, mbs: mbs.url }, env, say);
    ends.push(() => mill.end());
    const token = readFileSync(mill.folder.tokenFile, 'utf8').trim();
    const client = createClient({ portBase: mill.portBase, token });
    await client.call(doors.scheduler.releaseApply, { definition: definitionIn(git.root), why: 'the story begins' });
    const mend = async (name: string): Promise<string> => {
      const part = parts.find((one) => one.name === name)!;
      const commit = git.commit(`rpms/${name}`, { [`${name}.spec`]: specOf(part, 'mended') }, 'Mended');
      await hub.act('addSource', `git+${sourceOf(name)}`, { ...recipeOf(part) });
      return commit;
    };
    const child = (name: string): Child => mill.children.find((one) => one.name === name) ?? missing(name);
    const report = async (): Promise<string> => [await reportOn(client, mill), openTasks(await hub.state())].join('\n');
    return { dir, hub, mbs, client, env, say, mend, sourceOf, child, report, end };
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
  await hub.act('addTag', 's1-containers', { packages: ['box'] });
  await hub.act('addTag', 's1-containers-candidate', { parents: ['s1-containers'] });
  await hub.act('addTarget', 's1-containers', 's1-build', 's1-containers-candidate');
}

type Where = Pick<World, 'sourceOf'> & { readonly git: GitWorld };

async function makeSource(hub: HubProcess, { git, sourceOf }: Where, part: Part): Promise<void> {
  const { name } = part;
  git.repository(`rpms/${name}`, { [`${name}.spec`]: specOf(part, 'first') });
  const recipe = recipeOf(part, isBroken(name) ? 'compile' : 'complete');
  await hub.act('addSource', `git+${sourceOf(name)}`, { ...recipe });
}

/** A Module Build Service, and the source of the module. It loses its first answer. */
async function startModules(git: GitWorld): Promise<FakeMbs> {
  const mbs = await startFakeMbs({ stepMs: 50 });
  mbs.state.tokens.set('story', 'millrace');
  mbs.state.recipes.set('parts', { components: moduleParts, contexts: ['aa', 'bb'] });
  mbs.trouble.loseAnswers = 1;
  git.repository('modules/parts', { 'parts.modulemd.yaml': modulemd });
  return mbs;
}

async function makeContainer(hub: HubProcess, git: GitWorld): Promise<void> {
  const repository = git.repository('containers/box', { Containerfile: containerfile });
  await hub.act('addSource', `git+file://${repository}`, {
    name: 'box',
    version: '1',
    release: '1',
    installs: [boxed],
  });
}

interface Addresses {
  readonly hub: string;
  readonly mbs: string;
}

async function start(dir: string, to: Addresses, env: NodeJS.ProcessEnv, say: World['say']): Promise<Mill> {
  const data = join(dir, 'mill');
  mkdirSync(data, { recursive: true });
  const passwordFile = join(dir, 'koji-password');
  writeFileSync(passwordFile, 'millrace\n', { mode: 0o600 });
  const settingsFile = join(dir, 'millrace.yaml');
  const tokenFile = join(dir, 'mbs-token');
  writeFileSync(tokenFile, 'story\n', { mode: 0o600 });
  const mbs = { kind: 'mbs', url: to.mbs, login: { kind: 'token', token_file: tokenFile }, poll_seconds: 0.5 };
  const systems = { koji: settings(to.hub, passwordFile), mbs };
  // JSON is YAML.
  writeFileSync(settingsFile, JSON.stringify({ scheduler: { build_systems: systems } }));
  return startMill({
    ...{ data, settingsFile, env, user: 'story', apps: ['resolver', 'scheduler', 'ci-bridge'] },
    // From anywhere: two stories that begin together would both find the first ones free.
    portBase: await findPortBase(await freePort()),
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

function definitionIn(root: string): DoorRequest<typeof doors.scheduler.releaseApply>['definition'] {
  return {
    ...{ release, title: 'A story of thirty parts', product_version: 'story-1', mode: 'act' },
    build_systems: { rpm: 'koji', container: 'koji', module: 'mbs' },
    build_targets: {
      rpm: { target: 's1', tag: 's1', isolation: 'side-tag', drafts: true, promote: 'gate' },
      container: { target: 's1-containers', tag: 's1-containers' },
    },
    sources: {
      rpm: { git: join(root, 'rpms'), branch: 'main' },
      module: { git: join(root, 'modules'), branch: 'main' },
      container: { git: join(root, 'containers'), branch: 'main' },
    },
    when_no_tests: 'pass',
    ...{ capacity: 12, landing: 'automatic' },
    gates: [{ id: 'installs', rules: [{ test, deadline: '10m' }] }],
    ...{ people: { rae: { mail: 'rae@mill.example' } }, owners: [], releng: ['rae'] },
  };
}

function missing(name: string): never {
  throw broken(`there is no ${name}`);
}
