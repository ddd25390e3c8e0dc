import type { ReleaseDefinition } from '@millrace/contracts';
import { componentId, isComponentId, type ComponentId } from '@millrace/kernel';
import type { ForeignMessage } from '@millrace/messages';
import type { z } from 'zod';
import type { Input } from '../../domain/input';
import {
  buildState,
  buildStateWhole,
  distGit,
  foreignInstance,
  moduleState,
  pagureGit,
  tagged,
  taggedWhole,
} from './bodies';

/** What is needed to tell whom a message concerns. */
export interface Surroundings {
  /** Name of the bus: a change's message is known by it and by its id. */
  readonly source: string;
  readonly definitions: readonly ReleaseDefinition[];
  /** Who we are there: what we did ourselves is no change. */
  readonly us: string | null;
  /** Where a component's source is; null: its release has none. */
  readonly sourceOf: (definition: ReleaseDefinition, component: ComponentId) => { readonly url: string } | null;
}

/** The changes of which a message tells, one input per release that it concerns; most messages tell of none. */
export function changesIn(message: ForeignMessage, around: Surroundings): readonly Input[] {
  const kind = kinds.find(({ topic }) => topic.test(message.topic));
  return kind ? kind.read(message, around) : [];
}

interface Kind {
  readonly topic: RegExp;
  readonly read: (message: ForeignMessage, around: Surroundings) => readonly Input[];
}

const kinds: readonly Kind[] = [
  { topic: /(^|\.)buildsys\.tag$/, read: (message, around) => built(message, around, tagged, byTag) },
  { topic: /(^|\.)(koji|brew)\.build\.tag$/, read: (message, around) => built(message, around, taggedWhole, byTag) },
  {
    topic: /(^|\.)buildsys\.build\.state\.change$/,
    read: (message, around) => built(message, around, buildState, byTarget),
  },
  {
    topic: /(^|\.)(koji|brew)\.build\.complete$/,
    read: (message, around) => built(message, around, buildStateWhole, byTarget),
  },
  { topic: /(^|\.)pagure\.git\.receive$/, read: (message, around) => pushed(message, around, pagureGit) },
  { topic: /(^|\.)git\.receive$/, read: (message, around) => pushed(message, around, distGit) },
  { topic: /(^|\.)mbs\.module\.state\.change$/, read: moduleReady },
];

/** A build that others made, and what release it is for. */
interface Built {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly by: string | null;
  /** What it is in a release; null: nothing of it. */
  readonly typeIn: (definition: ReleaseDefinition) => BuiltType | null;
}

/** A message does not say what was built: the tag or target that a type has does. */
const builtTypes = ['rpm', 'container', 'image'] as const;
type BuiltType = (typeof builtTypes)[number];

function built<Body>(
  message: ForeignMessage,
  around: Surroundings,
  schema: z.ZodType<Body>,
  read: (body: Body) => Built | null,
): readonly Input[] {
  const parsed = schema.safeParse(message.body);
  const build = parsed.success ? read(parsed.data) : null;
  if (!build || (build.by !== null && build.by === around.us)) return [];
  const nvr = `${build.name}-${build.version}-${build.release}`;
  return around.definitions.flatMap((one) => {
    const type = build.typeIn(one);
    const component = `${type}/${build.name}`;
    if (type === null || !isComponentId(component)) return [];
    const about = { component, nvr, by: build.by ?? 'koji', why: `${nvr} was built` };
    return [heard(message, around, one.release, about)];
  });
}

function byTag({ tag, user, ...build }: z.output<typeof tagged>): Built {
  const typeIn = ({ build_targets: targets }: ReleaseDefinition): BuiltType | null =>
    builtTypes.find((type) => targets?.[type]?.tag === tag) ?? null;
  return { ...build, by: user ?? null, typeIn };
}

/** The target is the second argument of the build's request; scratch builds have no build. */
function byTarget({ new: state, owner, request, ...build }: z.output<typeof buildState>): Built | null {
  const target = request?.[1];
  if (state !== 1 || typeof target !== 'string') return null;
  const typeIn = ({ build_targets: targets }: ReleaseDefinition): BuiltType | null =>
    builtTypes.find((type) => targets?.[type]?.target === target) ?? null;
  return { ...build, by: owner ?? null, typeIn };
}

function moduleReady(message: ForeignMessage, around: Surroundings): readonly Input[] {
  const parsed = moduleState.safeParse(message.body);
  if (!parsed.success || parsed.data.state_name !== 'ready' || parsed.data.owner === around.us) return [];
  const { name, stream, version, context, owner, buildrequires } = parsed.data;
  const component = `module/${name}:${stream}`;
  if (!isComponentId(component)) return [];
  const platform = buildrequires?.['platform']?.stream;
  const releases = around.definitions.filter(({ build_systems: systems, build_targets: targets, sources }) => {
    const base = targets?.module?.target ?? '';
    return systems.module !== undefined && sources.module && (base === '' || base === `platform:${platform}`);
  });
  const nvr = `${name}-${stream.replaceAll('-', '_')}-${version}.${context ?? ''}`.replace(/\.$/, '');
  const about = { component, nvr, by: owner ?? 'mbs', why: `${nvr} is ready` };
  return releases.map((one) => heard(message, around, one.release, about));
}

const namespaces: Readonly<Record<string, 'rpm' | 'module' | 'container'>> = {
  ...{ rpms: 'rpm', modules: 'module', container: 'container', containers: 'container' },
};

function pushed(
  message: ForeignMessage,
  around: Surroundings,
  schema: typeof distGit | typeof pagureGit,
): readonly Input[] {
  const parsed = schema.safeParse(message.body);
  if (!parsed.success) return [];
  const { namespace, repo, branch, rev: commit, agent, before } = parsed.data;
  const type = Object.hasOwn(namespaces, namespace) ? namespaces[namespace] : undefined;
  if (!type || !isComponentId(`${type}/${repo}`)) return [];
  return around.definitions.flatMap((definition): readonly Input[] => {
    if (definition.sources[type]?.branch !== branch) return [];
    const component = type === 'module' ? componentId(type, repo, branch) : componentId(type, repo);
    const source = around.sourceOf(definition, component);
    if (!source) return [];
    const pushes = [{ component, url: source.url, commit }];
    const why = `${agent} pushed ${commit.slice(0, 8)} to ${repo}`.slice(0, 500);
    const of = { release: definition.release, message: idOf(message, around), before, by: `${around.source}:${agent}` };
    return [{ type: 'push.received', ...of, pushes, why }];
  });
}

interface About {
  readonly component: ComponentId;
  readonly nvr: string;
  readonly by: string;
  readonly why: string;
}

function heard(message: ForeignMessage, around: Surroundings, release: string, about: About): Input {
  const { component, nvr, by, why } = about;
  const foreign = foreignInstance(message.body);
  return {
    ...{ type: 'change.heard', release, kind: 'build', components: [{ component, nvr }], urgency: 'normal' },
    ...{ by: `${around.source}:${by}`.slice(0, 200), why: why.slice(0, 500), message: idOf(message, around) },
    ...(foreign === null ? {} : { foreign }),
  };
}

function idOf({ id }: ForeignMessage, { source }: Surroundings) {
  return { source, id: id.slice(0, 300) };
}
