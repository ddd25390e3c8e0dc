import { AppError, parseComponentId, type ComponentName } from '@millrace/kernel';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** What this CI reads of `millrace.scheduler.build.finished.v1`; whatever else is in it may change without us. */
const finished = z.object({
  data: z.object({
    release: z.string(),
    build: z.string().min(1).max(200),
    component: z.string(),
    state: z.string(),
    artifact: z
      .object({ nvr: z.string().min(1), source: z.string(), repository: z.string(), base: z.string() })
      .nullable(),
  }),
});

export interface FinishedBuild {
  readonly release: string;
  readonly build: string;
  readonly component: ComponentName;
  readonly nvr: string;
  readonly source: string;
  /** Folder of the repository with only this build's results. */
  readonly candidate: string;
  /** Folder of the repository that it was built from. */
  readonly base: string;
}

/** The build that an event tells of; null when there is nothing to test: it failed, or left no artifact. */
export function readFinishedBuild(bytes: Uint8Array): FinishedBuild | null {
  const { release, build, component, state, artifact } = finished.parse(
    JSON.parse(Buffer.from(bytes).toString('utf8')),
  ).data;
  if (state !== 'complete' || !artifact) return null;
  return {
    release,
    build,
    component: parseComponentId(component),
    nvr: artifact.nvr,
    source: artifact.source,
    candidate: folderOf(artifact.repository),
    base: folderOf(artifact.base),
  };
}

function folderOf(address: string): string {
  if (address.startsWith('file://')) return fileURLToPath(address);
  throw new AppError({
    code: 'repository-not-local',
    kind: 'invalid',
    message: `the repository ${address.slice(0, 200)} is not on this machine`,
    remedy: 'run this CI beside the builder, or put a CI system there that can fetch repositories',
  });
}
