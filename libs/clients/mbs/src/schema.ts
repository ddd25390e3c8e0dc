import { z } from 'zod';

/** States of a module build by number. `done`: built, not yet gated; `ready`: to be used. */
export const moduleStates = ['init', 'wait', 'build', 'done', 'failed', 'ready', 'garbage'] as const;
export type ModuleState = (typeof moduleStates)[number];

const stamp = z.string().nullish();

/** One component of a module build, by its package, as `tasks.rpms` has it. States are those of Koji's builds. */
const moduleRpm = z.looseObject({
  nvr: z.string().nullish(),
  state: z.number().int().nullish(),
  state_reason: z.string().nullish(),
  task_id: z.number().int().nullish(),
});

/** GET module-builds/<id>; fields that only `verbose` brings are optional. */
export const moduleBuild = z.looseObject({
  id: z.number().int().nonnegative(),
  name: z.string(),
  stream: z.string(),
  version: z.union([z.string(), z.number()]).transform(String),
  /** Older services have none before the build is in `wait`. */
  context: z.string().nullish(),
  state: z
    .number()
    .int()
    .min(0)
    .max(6)
    .transform((n) => moduleStates[n]!),
  state_reason: z.string().nullish(),
  koji_tag: z.string().nullish(),
  owner: z.string().nullish(),
  scmurl: z.string().nullish(),
  scratch: z.boolean().nullish(),
  /** Other stream expansions of the same submission. */
  siblings: z.array(z.number().int()).nullish(),
  rebuild_strategy: z.string().nullish(),
  buildrequires: z
    .record(z.string(), z.looseObject({ stream: z.string(), version: z.union([z.string(), z.number()]).nullish() }))
    .nullish(),
  time_submitted: stamp,
  time_modified: stamp,
  time_completed: stamp,
  tasks: z.looseObject({ rpms: z.record(z.string(), moduleRpm).nullish() }).nullish(),
  modulemd: z.string().nullish(),
});
export type ModuleBuild = z.infer<typeof moduleBuild>;

export const page = z.looseObject({
  items: z.array(moduleBuild),
  meta: z.looseObject({ page: z.number().int(), pages: z.number().int() }),
});

export const about = z.looseObject({
  version: z.string(),
  auth_method: z.string().nullish(),
  api_version: z.number().int().nullish(),
});
export type About = z.infer<typeof about>;

/** What a build is identified by: `name:stream:version:context`. */
export function nsvcOf({ name, stream, version, context }: ModuleBuild): string {
  return [name, stream, version, context ?? ''].join(':');
}

/** As Koji and Greenwave name it: `name-stream-version.context`, with `_` for `-` in the stream. */
export function nvrOf({ name, stream, version, context }: ModuleBuild): string {
  return `${name}-${stream.replaceAll('-', '_')}-${version}.${context ?? ''}`.replace(/\.$/, '');
}
