import { parseDocument, stringify } from 'yaml';

/** A module's definition, with every scalar as text: a stream 1.10 is not the number 1.1. */
export interface ModuleDefinition {
  readonly name: string | null;
  readonly stream: string | null;
  readonly summary: string;
  readonly description: string;
  readonly licenses: readonly string[];
  readonly dependencies: readonly ModuleDependency[];
  readonly profiles: Readonly<Record<string, readonly string[]>>;
  readonly api: readonly string[];
  /** Source packages it is made of, with why. */
  readonly components: Readonly<Record<string, string>>;
}

export interface ModuleDependency {
  readonly buildrequires: Readonly<Record<string, readonly string[]>>;
  readonly requires: Readonly<Record<string, readonly string[]>>;
}

/** What the build adds to the definition. */
export interface ModuleBuild {
  readonly name: string;
  readonly stream: string;
  readonly version: number;
  readonly context: string;
  readonly arch: string;
  /** NEVRAs of the binary packages. */
  readonly artifacts: readonly string[];
}

type Yaml = string | Yaml[] | { [key: string]: Yaml } | null | undefined;

/** Reads a modulemd (version 2) or modulemd-packager (2, 3) document; a text says what is wrong. No type tags, no aliases. */
export function parseModulemd(text: string): ModuleDefinition | string {
  const document = parseDocument(text, { schema: 'failsafe', customTags: [] });
  const [error] = document.errors;
  if (error) return error.message;
  const whole = asMap(document.toJS({ maxAliasCount: 0 }) as Yaml);
  if (asText(whole.document) !== 'modulemd' && asText(whole.document) !== 'modulemd-packager') {
    return "is no modulemd: 'document' must be modulemd or modulemd-packager";
  }
  const data = asMap(whole.data);
  const components = asMap(asMap(data.components).rpms);
  if (Object.keys(components).length === 0) return 'names no RPM below data.components.rpms';
  return {
    name: asText(data.name) || null,
    stream: asText(data.stream) || null,
    summary: asText(data.summary),
    description: asText(data.description) || asText(data.summary),
    licenses: licensesOf(data.license),
    dependencies: asList(data.dependencies).map(dependencyOf),
    profiles: mapValues(asMap(data.profiles), (profile) => asList(asMap(profile).rpms).map(asText)),
    api: asList(asMap(data.api).rpms).map(asText),
    components: mapValues(components, (component) => asText(asMap(component).rationale) || 'Part of the module.'),
  };
}

/** The document of a built module, modulemd version 2 as libmodulemd documents it. Equal input gives equal text. */
export function writeModulemd(of: ModuleDefinition, build: ModuleBuild): string {
  const { name, stream, version, context, arch, artifacts } = build;
  const data = {
    ...{ name, stream, version, context, arch, summary: of.summary, description: of.description },
    license: { module: of.licenses },
    dependencies: of.dependencies,
    ...(Object.keys(of.profiles).length > 0 ? { profiles: mapValues(of.profiles, (rpms) => ({ rpms })) } : {}),
    ...(of.api.length > 0 ? { api: { rpms: of.api } } : {}),
    components: { rpms: mapValues(of.components, (rationale) => ({ rationale })) },
    artifacts: { rpms: [...artifacts].sort() },
  };
  const document = { document: 'modulemd', version: 2, data };
  // Texts are quoted: readers of YAML 1.1 would take a stream 1.10 for a number.
  const scalars = { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 } as const;
  return `---\n${stringify(document, { ...scalars, aliasDuplicateObjects: false })}...\n`;
}

function dependencyOf(dependency: Yaml): ModuleDependency {
  const streams = (of: Yaml) => mapValues(asMap(of), (list) => asList(list).map(asText));
  const { buildrequires, requires } = asMap(dependency);
  return { buildrequires: streams(buildrequires), requires: streams(requires) };
}

/** Version 2 has `{module: [..]}`, packager 3 a list or one text. */
function licensesOf(license: Yaml): readonly string[] {
  const list =
    typeof license === 'string' ? [license] : Array.isArray(license) ? license : asList(asMap(license).module);
  return list.length > 0 ? list.map(asText) : ['MIT'];
}

function asMap(value: Yaml): { [key: string]: Yaml } {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}

function asList(value: Yaml): readonly Yaml[] {
  return Array.isArray(value) ? value : [];
}

function asText(value: Yaml): string {
  return typeof value === 'string' ? value : '';
}

function mapValues<V, W>(of: Readonly<Record<string, V>>, change: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, change(value)]));
}
