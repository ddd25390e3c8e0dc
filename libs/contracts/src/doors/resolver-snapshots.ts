import { z } from 'zod';
import { releaseName } from '../common';
import { ask, command } from './door';

export const importKinds = ['deb822', 'rpm-md', 'modulemd', 'containers', 'declared', 'koji'] as const;
export type ImportKind = (typeof importKinds)[number];

const snapshot = z.string().max(300).optional();
const architecture = z.string().regex(/^[a-z0-9_-]{1,32}$/);
const page = {
  limit: z.coerce.number().int().min(1).max(10_000).default(1000),
  offset: z.coerce.number().int().nonnegative().default(0),
};
const some = z.object({ total: z.number().int(), examples: z.array(z.string()) });
const report = z.object({
  counts: z.record(z.string(), z.number()),
  unresolved: z.record(z.string(), some),
  problems: z.array(z.string()),
  /** Of what the input had more than one, and which counts. */
  duplicates: some.optional(),
  /** What was left out, and why: obsolete packages, hidden and unsupported module streams. */
  left_out: some.optional(),
  /** Since the last snapshot; null when there was none. */
  changes: z
    .object({
      added: z.number().int(),
      removed: z.number().int(),
      changed: z.number().int(),
      /** Some components of each, with a sign before them: `+`, `-`, `~`. */
      examples: z.array(z.string()).optional(),
      /** What was satisfied before and is not any more. */
      broken: some.optional(),
    })
    .nullable(),
});

export const snapshots = ask({
  owner: 'resolver',
  name: 'snapshots',
  about: "Imported snapshots of a release's graph, newest first, and how the running import goes.",
  request: z.object({ release: releaseName, ...page }),
  reply: z.object({
    release: releaseName,
    newest: z.string().nullable(),
    importing: z
      .object({
        number: z.number().int(),
        kind: z.string(),
        since: z.string(),
        /** How far the reading is; left out when it runs in another process. */
        progress: z.object({ read: z.number().int(), what: z.string() }).optional(),
      })
      .nullable(),
    /** How the last import ended. */
    last: z
      .object({
        number: z.number().int(),
        text: z.string(),
        problem: z.string().nullable(),
        /** What to do about the problem. */
        remedy: z.string().optional(),
      })
      .nullable(),
    snapshots: z.array(
      z.object({
        snapshot: z.string(),
        name: z.string().nullable(),
        at: z.string(),
        digest: z.string(),
        because: z.string(),
        pruned: z.boolean(),
        report,
      }),
    ),
    total: z.number().int().optional(),
  }),
  http: { method: 'GET', path: '/api/v1/snapshots' },
});

export const importFiles = command({
  owner: 'resolver',
  name: 'import-files',
  about:
    'Imports a graph from files or repositories that the resolver can read, before the release is defined or after. ' +
    'All or nothing; the same input again makes no new snapshot.',
  request: z.object({
    release: releaseName,
    kind: z.enum(importKinds),
    /**
     * Absolute paths, or addresses with file://, http:// or https://: for deb822 the Sources and the Packages, for
     * rpm-md repositories, for koji the hub, else what there is of the kind.
     */
    sources: z.array(z.string().min(1).max(4096)).max(100).default([]),
    packages: z.array(z.string().min(1).max(4096)).max(100).default([]),
    /** deb822: the one that is read. */
    arch: architecture.default('amd64'),
    /** rpm-md, koji: only these; empty: every one that there is. */
    arches: z.array(architecture).max(50).default([]),
    /** deb822: build profiles that hold. */
    profiles: z.array(z.string().max(60)).max(50).default([]),
    /** koji: the tags that are read, what they inherit included. */
    tags: z.array(z.string().min(1).max(256)).max(20).default([]),
    /** modulemd, rpm-md: patterns of the module streams that are supported, `name:stream`; empty: every one. */
    streams: z.array(z.string().min(1).max(300)).max(1000).default([]),
    /** modulemd, rpm-md: how many streams of one need are followed. */
    max_streams: z.number().int().min(1).max(10_000).default(100),
    /** rpm-md: reads the packages themselves, for ELF symbols and digests of macro and header files. */
    deep: z.boolean().default(false),
  }),
  reply: z.object({ accepted: z.boolean(), text: z.string(), number: z.number().int() }),
  http: { method: 'POST', path: '/admin/v1/graph/import-files' },
  role: 'releng',
});

const kept = { accepted: z.boolean(), text: z.string() };

export const snapshotName = command({
  owner: 'resolver',
  name: 'snapshot-name',
  about: 'Gives an imported snapshot a name, by which it can be asked for; a named one is never pruned.',
  request: z.object({
    release: releaseName,
    snapshot: z.string().max(300),
    name: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9._-]{0,99}$/)
      .nullable(),
  }),
  reply: z.object(kept),
  http: { method: 'POST', path: '/admin/v1/snapshots/name' },
  role: 'releng',
});

export const snapshotPrune = command({
  owner: 'resolver',
  name: 'snapshot-prune',
  about: 'Drops imported snapshots but for the newest ones and those with a name.',
  request: z.object({ release: releaseName, keep: z.number().int().min(1).max(10_000).default(5) }),
  reply: z.object({ ...kept, pruned: z.array(z.string()) }),
  http: { method: 'POST', path: '/admin/v1/snapshots/prune' },
  role: 'releng',
});

export const snapshotExport = ask({
  owner: 'resolver',
  name: 'snapshot-export',
  about: 'A snapshot as JSON, GraphML or DOT.',
  request: z.object({
    release: releaseName,
    snapshot,
    format: z.enum(['json', 'graphml', 'dot']).default('json'),
    /** Components that are told, each with what it depends on: a document of its own. Absent: all. */
    limit: page.limit.unwrap().optional(),
    offset: page.offset,
  }),
  reply: z.object({ snapshot: z.string(), format: z.string(), text: z.string() }),
  http: { method: 'GET', path: '/api/v1/snapshots/export' },
});
