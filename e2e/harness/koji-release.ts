import { connectToHub, type KojiHub } from '@millrace/koji';
import { recipeOf, specOf, type FakeHub, type Part } from '@millrace/koji/fake';
import type { GitWorld } from '@millrace/dist-git/fake';
import { pathToFileURL } from 'node:url';
import { openTasks } from './open-tasks';
import type { Stage } from './stage';

/** A release in a fake Koji hub, with sources in git. */
export interface KojiRelease {
  readonly name: string;
  readonly hub: FakeHub;
  readonly git: GitWorld;
  /** For `stage.start`: the hub as the build system `koji`. */
  readonly settings: { readonly scheduler: Readonly<Record<string, unknown>> };
  /** A definition that builds in side tags and takes every build for good; `more` replaces keys of it. */
  definition(more?: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
  /** Address of a part's repository. */
  sourceOf(part: string): string;
  /** What the builder makes of a part from now on. */
  brews(part: Part, ends?: Parameters<typeof recipeOf>[1]): void;
  /** A session of somebody; it ends with the scenario. */
  connect(user: 'millrace' | 'maintainer' | 'kojiadmin'): KojiHub;
  /** Names, versions and releases that are in a tag now, newest tagging last. */
  tagged(tag: string): readonly string[];
}

export interface KojiReleaseWish {
  /** Of the release, its base tag and its target; default `s1`. */
  readonly name?: string;
  readonly parts: readonly Part[];
}

/** Tags `NAME`, `NAME-build` and `NAME-candidate`, the target `NAME`, and a repository for each part. */
export async function layOutKoji(stage: Stage, { name = 's1', parts }: KojiReleaseWish): Promise<KojiRelease> {
  const hub = await stage.hub();
  const git = stage.git();
  layOutTags(hub, name, parts);
  const sourceOf = (part: string): string => pathToFileURL(`${git.root}/${part}`).href;
  const brews: KojiRelease['brews'] = (part, ends) =>
    hub.control.addSource(`git+${sourceOf(part.name)}`, recipeOf(part, ends));
  for (const part of parts) {
    git.repository(part.name, { [`${part.name}.spec`]: specOf(part, 'first') });
    brews(part);
  }
  const password = stage.secret('koji-password', 'millrace\n');
  stage.onTrouble(() => openTasks(hub.state));
  return {
    ...{ name, hub, git, sourceOf, brews },
    settings: { scheduler: { build_systems: { koji: koji(hub.url, password) } } },
    definition: (more) => ({ ...definitionOf(name, git.root), ...more }),
    connect: (user) => {
      const login = { kind: 'password', user, password: user } as const;
      const session = connectToHub({ url: hub.url, login, pace: { tries: 50, intervalMs: 50 } });
      stage.atEnd(() => session.close().catch(() => undefined));
      return session;
    },
    tagged: (tag) => taggedIn(hub, tag),
  };
}

function layOutTags({ control }: FakeHub, name: string, parts: readonly Part[]): void {
  control.addTag(name, { packages: parts.map((part) => part.name) });
  control.addTag(`${name}-candidate`, { parents: [name] });
  control.addTag(`${name}-build`, { parents: [name] });
  control.addTarget(name, `${name}-build`, `${name}-candidate`);
}

function koji(url: string, passwordFile: string): object {
  return {
    ...{ kind: 'koji', url, top_url: 'http://127.0.0.1:9/koji', capacity: 20, poll_seconds: 0.1 },
    login: { kind: 'password', user: 'millrace', password_file: passwordFile },
    // A story cannot wait as long as a hub far away deserves.
    ...{ longest_call_seconds: 3, retries: 100, retry_seconds: 0.1 },
  };
}

function definitionOf(release: string, root: string): Readonly<Record<string, unknown>> {
  return {
    ...{ release, title: 'A release of a story', product_version: `${release}-1`, mode: 'act' },
    build_systems: { rpm: 'koji' },
    build_targets: { rpm: { target: release, tag: release, isolation: 'side-tag' } },
    sources: { rpm: { git: pathToFileURL(root).href, branch: 'main' } },
    ...{ when_no_tests: 'pass', capacity: 20, landing: 'automatic', gates: [{ id: 'all', rules: [] }] },
    canaries: { first: 0 },
    people: { rae: { mail: 'rae@mill.example' } },
    ...{ owners: [{ components: ['*'], people: ['rae'] }], releng: ['rae'] },
  };
}

function taggedIn({ state }: FakeHub, name: string): readonly string[] {
  const tag = state.tags.find((one) => one.name === name);
  const now = state.taggings.filter((one) => one.tag_id === tag?.id && one.revoke_event === null);
  return [...now]
    .sort((a, b) => a.create_event - b.create_event)
    .map(({ build_id }) => state.builds.find((build) => build.id === build_id)!)
    .map((build) => `${build.name}-${build.version}-${build.release}`);
}
