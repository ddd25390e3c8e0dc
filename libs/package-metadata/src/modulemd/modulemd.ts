import { modulemdError, yamlDocuments } from './yaml-documents';
import { list, names, record, text, texts, type YamlValue } from './yaml-values';

/** What a module needs: module name -> streams; an empty list means any stream, `-x` any but x. */
export type StreamNeeds = Readonly<Record<string, readonly string[]>>;

export interface ModuleDependencies {
  readonly buildRequires: StreamNeeds;
  readonly requires: StreamNeeds;
}

/** One component of a module; `buildOrder` may be negative. */
export interface ModuleComponent {
  readonly name: string;
  readonly ref: string | null;
  readonly buildOrder: number;
  /** Components that must be built before; left out when there are none. */
  readonly buildAfter?: readonly string[];
}

/** A module within a module. */
export interface ModuleInModule {
  readonly name: string;
  /** The stream; null when it is not named. */
  readonly ref: string | null;
  readonly buildOrder: number;
}

/** What the module build system noted of a build (`xmd.mbs`): what it really used. */
export interface MbsNotes {
  readonly scmUrl: string | null;
  /** Module -> the one stream of it that the build used. */
  readonly buildRequires: Readonly<Record<string, string>>;
}

/** A module as modulemd describes it (versions 1 and 2, and the packager's forms of versions 2 and 3). */
export interface ModuleDescription {
  /** `built`: it has a version and a context, and lists artifacts; `packager`: what a packager writes. */
  readonly form: 'built' | 'packager';
  readonly name: string;
  readonly stream: string;
  readonly version: string | null;
  readonly context: string | null;
  readonly summary: string;
  readonly dependencies: readonly ModuleDependencies[];
  readonly components: readonly ModuleComponent[];
  /** Profile -> names of its binary packages. */
  readonly profiles: Readonly<Record<string, readonly string[]>>;
  readonly artifacts: readonly string[];
  /** Left out when there are none. */
  readonly modules?: readonly ModuleInModule[];
  /** Left out when there is nothing of it. */
  readonly mbs?: MbsNotes;
}

/**
 * Reads the modules of a modulemd stream (fedora-modularity/libmodulemd, yaml_specs/), asking for no more than it needs:
 * a name and a stream. All scalars are texts: a stream `5.30` stays `5.30`. Documents of other kinds (defaults,
 * obsoletes, translations) are left out.
 * @throws AppError `modulemd-damaged` naming the document and what is wrong with it
 */
export function parseModulemd(yaml: string, what = 'modulemd'): readonly ModuleDescription[] {
  return yamlDocuments(yaml, what).flatMap(({ value, where }) => {
    const root = record(value);
    const kind = text(root['document']);
    if (kind !== 'modulemd' && kind !== 'modulemd-stream' && kind !== 'modulemd-packager') return [];
    const known: readonly string[] = kind === 'modulemd-packager' ? ['2', '3'] : ['1', '2'];
    const version = text(root['version']);
    if (!known.includes(version)) {
      throw modulemdError(where, `${kind} version '${version.slice(0, 20)}' is not read, only ${known.join(' and ')}`);
    }
    const module = moduleOf(root, where);
    if (module.name === '' || module.stream === '') throw modulemdError(where, 'it has no name or no stream');
    return [module];
  });
}

/** The module of a document whose kind and version are known. */
export function moduleOf(root: Readonly<Record<string, YamlValue>>, where: string): ModuleDescription {
  const data = record(root['data']);
  const packager = text(root['document']) === 'modulemd-packager';
  const built = !packager && text(data['version']) !== '' && text(data['context']) !== '';
  const modules = modulesIn(record(record(data['components'])['modules']), where);
  const mbs = mbsOf(record(record(data['xmd'])['mbs']));
  return {
    form: built ? 'built' : 'packager',
    name: text(data['name']),
    stream: text(data['stream']),
    version: text(data['version']) || null,
    context: text(data['context']) || null,
    summary: text(data['summary']).slice(0, 500),
    dependencies: dependenciesOf(data),
    components: componentsOf(data, where),
    profiles: profilesOf(data),
    artifacts: texts(record(data['artifacts'])['rpms']),
    ...(modules.length === 0 ? {} : { modules }),
    ...(mbs === null ? {} : { mbs }),
  };
}

function mbsOf(mbs: Readonly<Record<string, YamlValue>>): MbsNotes | null {
  const used = record(mbs['buildrequires']);
  const streams = names(used).map((name) => [name, text(record(used[name])['stream'])] as const);
  const scmUrl = text(mbs['scmurl']) || null;
  if (streams.length === 0 && scmUrl === null) return null;
  return { scmUrl, buildRequires: Object.fromEntries(streams.filter(([, stream]) => stream !== '')) };
}

function dependenciesOf(data: Readonly<Record<string, YamlValue>>): readonly ModuleDependencies[] {
  const configurations = list(data['configurations']).map(record);
  if (configurations.length > 0) return configurations.map(configurationNeeds);
  const dependencies = data['dependencies'];
  // Version 1 has one map of single streams instead of a list.
  const entries = Array.isArray(dependencies) || dependencies === undefined ? list(dependencies) : [dependencies];
  return entries.map((entry) => {
    const of = record(entry);
    return { buildRequires: needsOf(of['buildrequires']), requires: needsOf(of['requires']) };
  });
}

/** Version 3 of the packager's form names the platform apart from the rest. */
function configurationNeeds(configuration: Readonly<Record<string, YamlValue>>): ModuleDependencies {
  const platform = text(configuration['platform']);
  const own: StreamNeeds = platform === '' ? {} : { platform: [platform] };
  return {
    buildRequires: { ...own, ...needsOf(configuration['buildrequires']) },
    requires: { ...own, ...needsOf(configuration['requires']) },
  };
}

function needsOf(value: YamlValue | undefined): StreamNeeds {
  return Object.fromEntries(Object.entries(record(value)).map(([name, streams]) => [name, texts(streams)]));
}

function componentsOf(data: Readonly<Record<string, YamlValue>>, where: string): readonly ModuleComponent[] {
  const rpms = record(record(data['components'])['rpms']);
  return names(rpms).map((name) => {
    const component = record(rpms[name]);
    const of = { name, ref: text(component['ref']) || null, buildOrder: orderOf(component, name, where) };
    const buildAfter = texts(component['buildafter']);
    return buildAfter.length === 0 ? of : { ...of, buildAfter };
  });
}

function modulesIn(modules: Readonly<Record<string, YamlValue>>, where: string): readonly ModuleInModule[] {
  return names(modules).map((name) => {
    const module = record(modules[name]);
    return { name, ref: text(module['ref']) || null, buildOrder: orderOf(module, name, where) };
  });
}

function orderOf(component: Readonly<Record<string, YamlValue>>, name: string, where: string): number {
  const order = text(component['buildorder']) || '0';
  if (/^[+-]?\d{1,9}$/.test(order)) return Number(order);
  throw modulemdError(where, `the buildorder '${order.slice(0, 20)}' of ${name} is no number`);
}

function profilesOf(data: Readonly<Record<string, YamlValue>>): ModuleDescription['profiles'] {
  const profiles = record(data['profiles']);
  return Object.fromEntries(names(profiles).map((name) => [name, texts(record(profiles[name])['rpms'])]));
}
