import { z } from 'zod';

/** Section `harvester` of millrace.yaml, and MILLRACE_HARVESTER_<KEY> over it. */
export const config = z.strictObject({
  composes: z
    .string()
    .max(4096)
    .default('')
    .describe("Folder of the composes; empty: `composes` in the service's own folder."),
  platform: z
    .string()
    .max(1000)
    .default('platform')
    .describe(
      'Names of packages that the build repository has without a build, separated by commas: they are shipped too, ' +
        'for nothing could be installed from the compose alone without them.',
    ),
});
export type HarvesterConfig = z.infer<typeof config>;
