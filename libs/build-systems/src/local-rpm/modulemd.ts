import type { ModuleDescription } from '@millrace/package-metadata';
import { parseDocument, Scalar, stringify } from 'yaml';

/** What a build adds to a module's definition. */
export interface ModuleBuild {
  readonly version: number;
  readonly context: string;
  readonly arch: string;
  /** NEVRAs of the binary packages. */
  readonly artifacts: readonly string[];
}

type Yaml = string | readonly Yaml[] | { readonly [key: string]: Yaml } | null;
type YamlMap = Readonly<Record<string, Yaml>>;

/**
 * The document of a built module: what the packager wrote, as modulemd version 2 (fedora-modularity/libmodulemd,
 * yaml_specs/modulemd_stream_v2.yaml), with version, context, architecture and artifacts. Equal input gives equal text.
 */
export function builtModulemd(definition: string, described: ModuleDescription, build: ModuleBuild): string {
  const written = parseDocument(definition, { schema: 'failsafe' }).toJS({ maxAliasCount: 100 }) as YamlMap;
  const { name: _name, stream: _stream, configurations: _configurations, ...kept } = written['data'] as YamlMap;
  const data = {
    ...{ name: described.name, stream: described.stream, version: build.version, context: build.context },
    ...{ arch: build.arch },
    ...kept,
    ...{ version: build.version, context: build.context, arch: build.arch },
    ...(kept['license'] ? {} : { license: { module: ['MIT'] } }),
    description: kept['description'] ?? described.summary,
    dependencies: described.dependencies.map((d) => ({ buildrequires: d.buildRequires, requires: d.requires })),
    components: { rpms: componentsOf(kept) },
    artifacts: { rpms: [...build.artifacts].sort() },
  };
  // Texts are quoted: readers of YAML 1.1 would take a stream 1.10 for a number.
  const style = { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 } as const;
  return `---\n${stringify({ document: 'modulemd', version: 2, data }, { ...style, aliasDuplicateObjects: false })}...\n`;
}

/** A rationale is required by libmodulemd, and a build order is a number. */
function componentsOf(data: YamlMap): unknown {
  const { rpms } = data['components'] as { rpms: Readonly<Record<string, YamlMap | null>> };
  return Object.fromEntries(
    Object.entries(rpms).map(([name, component]) => {
      const { buildorder, ...rest } = component ?? {};
      const order = buildorder === undefined ? {} : { buildorder: new Scalar(Number(buildorder)) };
      return [name, { rationale: 'Part of the module.', ...rest, ...order }];
    }),
  );
}
