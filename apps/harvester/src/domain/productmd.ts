import type { ComposeName } from './state';
import { composeIdOf } from './compose-id';

/**
 * The metadata files of a compose in the format productmd 1.2 (https://productmd.readthedocs.io/en/latest/): objects
 * with exactly the members that its readers check, written as its own writers write them.
 */

export interface Variant {
  readonly id: string;
  readonly arches: readonly string[];
  /** Path category -> architecture -> path below `compose/`; only what is there. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface RpmEntry {
  readonly variant: string;
  readonly arch: string;
  /** NEVRA of the source package, with epoch and the architecture `src`. */
  readonly srpm: string;
  readonly nevra: string;
  /** Below `compose/`. */
  readonly path: string;
  readonly category: 'binary' | 'debug' | 'source';
}

export interface ModuleEntry {
  readonly variant: string;
  readonly arch: string;
  /** name:stream:version:context */
  readonly nsvc: string;
  readonly modulemdPath: string;
  readonly rpms: readonly string[];
}

export interface ImageEntry {
  readonly variant: string;
  readonly arch: string;
  readonly path: string;
  /** Seconds. */
  readonly mtime: number;
  readonly size: number;
  readonly sha256: string;
  readonly subvariant: string;
}

export function composeInfo(name: ComposeName, variants: readonly Variant[]): unknown {
  const { title, short, version } = name;
  return document('composeinfo', name, {
    release: { name: title, short, version, type: 'ga', internal: false },
    variants: Object.fromEntries(
      variants.map(({ id, arches, paths }) => [
        id,
        { id, uid: id, name: id, type: 'variant', arches: [...arches].sort(), paths },
      ]),
    ),
  });
}

export function rpmsDocument(name: ComposeName, entries: readonly RpmEntry[]): unknown {
  const rpms: Record<string, Record<string, Record<string, Record<string, unknown>>>> = {};
  for (const { variant, arch, srpm, nevra, path, category } of entries) {
    const of = (((rpms[variant] ??= {})[arch] ??= {})[srpm] ??= {});
    of[nevra] = { path, sigkey: null, category };
  }
  return document('rpms', name, { rpms });
}

export function modulesDocument(name: ComposeName, entries: readonly ModuleEntry[]): unknown {
  const modules: Record<string, Record<string, Record<string, unknown>>> = {};
  for (const { variant, arch, nsvc, modulemdPath, rpms } of entries) {
    const [module = '', stream = '', version = '', context = ''] = nsvc.split(':');
    const koji_tag = `module-${module}-${stream}-${version}-${context}`;
    ((modules[variant] ??= {})[arch] ??= {})[nsvc] = {
      metadata: { uid: nsvc, name: module, stream, version, context, koji_tag },
      modulemd_path: { binary: modulemdPath },
      rpms: [...rpms].sort(),
    };
  }
  return document('modules', name, { modules });
}

export function imagesDocument(name: ComposeName, entries: readonly ImageEntry[]): unknown {
  const images: Record<string, Record<string, unknown[]>> = {};
  for (const entry of [...entries].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    ((images[entry.variant] ??= {})[entry.arch] ??= []).push({
      path: entry.path,
      mtime: entry.mtime,
      size: entry.size,
      volume_id: null,
      type: 'container',
      format: 'ociarchive',
      arch: entry.arch,
      disc_number: 1,
      disc_count: 1,
      checksums: { sha256: entry.sha256 },
      implant_md5: null,
      bootable: false,
      subvariant: entry.subvariant,
    });
  }
  return document('images', name, { images });
}

/** As Python's json writes it for productmd: keys sorted, four spaces, ASCII only, no newline at the end. */
export function productmdText(value: unknown): string {
  return JSON.stringify(sorted(value), null, 4).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function document(kind: string, name: ComposeName, payload: Readonly<Record<string, unknown>>): unknown {
  const compose = { id: composeIdOf(name), type: name.type, date: name.date, respin: name.respin };
  return { header: { type: `productmd.${kind}`, version: '1.2' }, payload: { compose, ...payload } };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, of]) => [key, sorted(of)]));
}
