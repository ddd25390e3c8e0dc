import { AppError } from '@millrace/kernel';
import { parseAllDocuments, type Document } from 'yaml';
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
}

/** A module as modulemd describes it (version 2, or the packager's forms of versions 2 and 3). */
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
}

const maxBytes = 64 * 1024 * 1024;

/**
 * Reads the modules of a modulemd stream (fedora-modularity/libmodulemd, yaml_specs/). All scalars are texts: a
 * stream `5.30` stays `5.30`. Documents of other kinds (defaults, obsoletes, translations) are left out.
 * @throws AppError `modulemd-damaged` naming the document and what is wrong with it
 */
export function parseModulemd(yaml: string, what = 'modulemd'): readonly ModuleDescription[] {
  if (yaml.length > maxBytes) throw damaged(what, `it has more than ${maxBytes} characters`);
  const documents = parseAllDocuments(withIndentedQuotes(yaml), { schema: 'failsafe', uniqueKeys: true });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document, n) => {
    const where = `${what}, document ${n + 1}`;
    const [error] = document.errors;
    if (error) throw damaged(where, error.message);
    return moduleOf(plainValue(document, where), where) ?? [];
  });
}

/**
 * Published metadata has texts over several lines whose closing quote stands alone at the start of a line. libyaml takes
 * that, YAML's grammar does not.
 */
function withIndentedQuotes(yaml: string): string {
  return yaml.replace(/^(['"])[ \t]*$/gm, `${' '.repeat(40)}$1`);
}

/** Aliases that multiply are refused while they are resolved. */
function plainValue(document: Document, where: string): YamlValue {
  try {
    return document.toJS({ maxAliasCount: 100 }) as YamlValue;
  } catch (cause) {
    throw damaged(where, (cause as Error).message);
  }
}

function moduleOf(value: YamlValue, where: string): ModuleDescription | null {
  const root = record(value);
  const kind = text(root['document']);
  if (kind !== 'modulemd' && kind !== 'modulemd-packager') return null;
  const version = text(root['version']);
  if (kind === 'modulemd' && version !== '2') throw damaged(where, `modulemd version '${version}' is not read, only 2`);
  const data = record(root['data']);
  const name = text(data['name']);
  const stream = text(data['stream']);
  if (name === '' || stream === '') throw damaged(where, 'it has no name or no stream');
  const built = kind === 'modulemd' && text(data['version']) !== '' && text(data['context']) !== '';
  return {
    form: built ? 'built' : 'packager',
    name,
    stream,
    version: text(data['version']) || null,
    context: text(data['context']) || null,
    summary: text(data['summary']).slice(0, 500),
    dependencies: dependenciesOf(data),
    components: componentsOf(data, where),
    profiles: profilesOf(data),
    artifacts: texts(record(data['artifacts'])['rpms']),
  };
}

function dependenciesOf(data: Readonly<Record<string, YamlValue>>): readonly ModuleDependencies[] {
  const configurations = list(data['configurations']).map(record);
  if (configurations.length > 0) return configurations.map(configurationNeeds);
  return list(data['dependencies']).map((entry) => {
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
    const order = text(component['buildorder']) || '0';
    if (!/^-?\d{1,9}$/.test(order))
      throw damaged(where, `the buildorder '${order.slice(0, 20)}' of ${name} is no number`);
    return { name, ref: text(component['ref']) || null, buildOrder: Number(order) };
  });
}

function profilesOf(data: Readonly<Record<string, YamlValue>>): ModuleDescription['profiles'] {
  const profiles = record(data['profiles']);
  return Object.fromEntries(names(profiles).map((name) => [name, texts(record(profiles[name])['rpms'])]));
}

function damaged(where: string, why: string): AppError {
  return new AppError({
    code: 'modulemd-damaged',
    kind: 'invalid',
    message: `${where} cannot be read: ${why.slice(0, 300)}`,
    remedy: 'check it with modulemd-validator',
  });
}
