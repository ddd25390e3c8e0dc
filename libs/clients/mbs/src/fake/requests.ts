import { moduleStates } from '../schema';
import { move } from './builder';
import { now, type FakeModule, type MbsState, type ModuleRecipe } from './state';

/** What is answered instead of a value. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** One build per stream expansion. The same NSVC is refused unless it failed: then it goes on where it stopped. */
export function submit(state: MbsState, owner: string, body: Record<string, unknown>): readonly FakeModule[] {
  const { scmurl, branch } = body;
  if (typeof scmurl !== 'string' || typeof branch !== 'string') throw new Refused(400, 'Missing scmurl or branch');
  const name = /([^/]+?)(?:\.git)?\/?\??#/.exec(scmurl)?.[1] ?? '';
  const recipe = state.recipes.get(name);
  if (!recipe) throw new Refused(400, `The submitted scmurl ${scmurl} is not allowed`);
  const version = state.versions.get(scmurl) ?? String(2026_0000_0000 + state.versions.size);
  state.versions.set(scmurl, version);
  const contexts = recipe.contexts ?? ['c0ffee00'];
  const wanted = { name, stream: branch, version, scmurl, owner, body };
  const found = contexts.map((context) => existing(state, { ...wanted, context }));
  const blocked = found.find((one) => one !== undefined && one.state !== 4);
  if (blocked) {
    const nsvc = `${name}:${branch}:${version}:${blocked.context}`;
    throw new Refused(409, `Module (state=${blocked.state}) already exists: ${nsvc}`);
  }
  const builds = contexts.map((context, n) => found[n] ?? created(state, { ...wanted, context }));
  for (const build of builds) {
    if (build.state === 4) move(build, 1, 'Resubmitted');
    build.submissions += 1;
    build.siblings.splice(0, build.siblings.length, ...builds.filter((one) => one !== build).map((one) => one.id));
  }
  return builds;
}

interface Wanted {
  readonly name: string;
  readonly stream: string;
  readonly version: string;
  readonly context: string;
  readonly scmurl: string;
  readonly owner: string;
  readonly body: Record<string, unknown>;
}

function existing(state: MbsState, { name, stream, version, context }: Wanted): FakeModule | undefined {
  const same = (b: FakeModule): boolean => b.name === name && b.stream === stream && b.version === version;
  return state.builds.find((b) => same(b) && b.context === context);
}

function created(state: MbsState, { body, ...wanted }: Wanted): FakeModule {
  const build: FakeModule = {
    ...{ ...wanted, id: ++state.lastId, state: 0, state_reason: null, submissions: 0, siblings: [], rpms: {} },
    ...{ submitted: now(), modified: now(), completed: null },
    overrides: (body['buildrequire_overrides'] ?? {}) as FakeModule['overrides'],
    reuse: (body['reuse_components_from'] ?? null) as FakeModule['reuse'],
    rebuild_strategy: typeof body['rebuild_strategy'] === 'string' ? body['rebuild_strategy'] : 'changed-and-after',
  };
  state.builds.push(build);
  return build;
}

export function cancel(build: FakeModule | undefined, who: string, body: Record<string, unknown>): FakeModule {
  if (!build) throw new Refused(404, 'No such module found.');
  if (body['state'] !== 'failed') throw new Refused(400, 'The provided state change is not supported');
  if (build.state >= 3) throw new Refused(403, 'The module is in a terminal state');
  move(build, 4, `Canceled by ${who}.`);
  return build;
}

export function list(state: MbsState, query: URLSearchParams): readonly FakeModule[] {
  const wanted = query
    .getAll('state')
    .map((one) => (/^\d+$/.test(one) ? Number(one) : moduleStates.indexOf(one as 'init')));
  const is = (name: string, value: string): boolean => !query.has(name) || query.get(name) === value;
  const exact = query.get('base_module_br');
  if (exact !== null && exact.split(':').length !== 4) {
    throw new Refused(400, 'The filter argument for "base_module_br" must be in the format of N:S:V:C');
  }
  const baseOf = (b: FakeModule): string => state.recipes.get(b.name)?.base ?? 'platform:f44';
  const after = (name: string, value: string): boolean => !query.has(name) || value >= query.get(name)!;
  const found = state.builds.filter(
    (b) =>
      is('name', b.name) &&
      is('stream', b.stream) &&
      is('version', b.version) &&
      is('owner', b.owner) &&
      is('scmurl', b.scmurl) &&
      is('base_module_br_name', baseOf(b).split(':')[0]!) &&
      is('base_module_br_stream', baseOf(b).split(':')[1]!) &&
      after('submitted_after', b.submitted) &&
      after('modified_after', b.modified) &&
      (wanted.length === 0 || wanted.includes(b.state)),
  );
  return query.get('order_by') === 'id' ? found : [...found].reverse();
}

export function row(build: FakeModule, verbose: boolean, recipe: ModuleRecipe | undefined): object {
  const { id, name, stream, version, context, state, state_reason, owner, scmurl, siblings, rebuild_strategy } = build;
  return {
    ...{ id, name, stream, version, context, state, state_reason, owner, scmurl, siblings, rebuild_strategy },
    ...{ state_name: moduleStates[state], koji_tag: `module-${name}-${stream}-${version}-${context}`, scratch: false },
    ...{ srpms: [], component_builds: Object.keys(build.rpms).map((_, n) => n), buildrequires: {} },
    ...{ time_submitted: build.submitted, time_modified: build.modified, time_completed: build.completed },
    tasks: { rpms: build.rpms },
    ...(verbose ? { modulemd: modulemdOf(build, recipe), stream_version: null, virtual_streams: [] } : {}),
  };
}

function modulemdOf({ name, stream, version, context }: FakeModule, recipe: ModuleRecipe | undefined): string {
  const components = (recipe?.components ?? []).map((one) => `      ${one}: { rationale: part of it }`);
  return [
    ...['document: modulemd', 'version: 2', 'data:'],
    ...[`  name: ${name}`, `  stream: "${stream}"`, `  version: ${version}`, `  context: ${context}`],
    ...['  summary: A module', '  description: A module', '  license: { module: [MIT] }'],
    ...(components.length > 0 ? ['  components:', '    rpms:', ...components] : []),
    '',
  ].join('\n');
}
