import { moduleOf, type ModuleDescription } from './modulemd';
import { documentSchemas } from './schema';
import { modulemdError, yamlDocuments, type YamlDocument } from './yaml-documents';
import { names, record, text, texts, type YamlValue } from './yaml-values';

/** Which stream of a module is the default one, and which of its profiles. */
export interface ModuleDefaults {
  readonly module: string;
  /** Null: no stream is the default. */
  readonly stream: string | null;
  /** Stream -> profiles. */
  readonly profiles: Readonly<Record<string, readonly string[]>>;
  /** The newer of two wins. */
  readonly modified: string;
}

/** Word that a stream, or one context of it, has come to its end. */
export interface ModuleObsoletes {
  readonly module: string;
  readonly stream: string;
  readonly context: string | null;
  readonly modified: string;
  /** From when on; null: at once. */
  readonly endOfLife: string | null;
  readonly message: string;
  readonly obsoletedBy: { readonly module: string; readonly stream: string } | null;
  /** It takes back what was said before. */
  readonly reset: boolean;
}

/** Everything that a modulemd stream says. */
export interface ModulemdContents {
  readonly modules: readonly ModuleDescription[];
  readonly defaults: readonly ModuleDefaults[];
  readonly obsoletes: readonly ModuleObsoletes[];
  /** How many translations there were; they are not read. */
  readonly translations: number;
}

interface Kept {
  readonly modules: ModuleDescription[];
  readonly defaults: ModuleDefaults[];
  readonly obsoletes: ModuleObsoletes[];
  translations: number;
}

/**
 * Reads a modulemd stream and takes and refuses what `modulemd-validator` does: keys that are not known, missing
 * texts and licences, numbers and dates that are none, streams with both signs, orders that contradict each other.
 * A packager's form of version 2 has no name and no stream of its own (the folder and the branch have them): they are
 * empty here.
 * @throws AppError `modulemd-damaged` naming the file, the document, its line and what is wrong with it
 */
export function readModulemd(yaml: string, what = 'modulemd'): ModulemdContents {
  const kept: Kept = { modules: [], defaults: [], obsoletes: [], translations: 0 };
  for (const document of yamlDocuments(yaml, what, { aliases: false })) keep(document, kept);
  return kept;
}

function keep({ value, where }: YamlDocument, kept: Kept): void {
  const root = record(value);
  const kind = checked(root, where);
  const data = record(root['data']);
  if (kind === 'modulemd-defaults') kept.defaults.push(defaultsOf(data));
  else if (kind === 'modulemd-obsoletes') kept.obsoletes.push(obsoletesOf(data));
  else if (kind === 'modulemd-translations') kept.translations++;
  else kept.modules.push(moduleOf(root, where));
}

/** The kind of a document that is as it should be. */
function checked(root: Readonly<Record<string, YamlValue>>, where: string): string {
  const unknown = names(root).find((key) => !['document', 'version', 'data'].includes(key));
  if (unknown !== undefined) throw modulemdError(where, `${unknown} is not known`);
  const kind = text(root['document']);
  const versions = Object.hasOwn(documentSchemas, kind) ? documentSchemas[kind]! : null;
  if (!versions)
    throw modulemdError(where, kind === '' ? 'it has no kind' : `the kind '${kind.slice(0, 40)}' is not known`);
  const version = text(root['version']);
  const check = Object.hasOwn(versions, version) ? versions[version]! : null;
  if (!check)
    throw modulemdError(
      where,
      `${kind} version '${version.slice(0, 20)}' is not read, only ${Object.keys(versions).join(' and ')}`,
    );
  const wrong = check(root['data'] ?? '', 'data');
  if (wrong !== null) throw modulemdError(where, wrong);
  return kind;
}

function defaultsOf(data: Readonly<Record<string, YamlValue>>): ModuleDefaults {
  const profiles = record(data['profiles']);
  return {
    module: text(data['module']),
    stream: text(data['stream']) || null,
    profiles: Object.fromEntries(names(profiles).map((stream) => [stream, texts(profiles[stream])])),
    modified: text(data['modified']),
  };
}

function obsoletesOf(data: Readonly<Record<string, YamlValue>>): ModuleObsoletes {
  const by = record(data['obsoleted_by']);
  return {
    module: text(data['module']),
    stream: text(data['stream']),
    context: text(data['context']) || null,
    modified: text(data['modified']),
    endOfLife: text(data['eol_date']) || null,
    message: text(data['message']),
    obsoletedBy: text(by['module']) === '' ? null : { module: text(by['module']), stream: text(by['stream']) },
    reset: text(data['reset']) === 'true',
  };
}
