import type { BuildStatus, BuildSystem } from '@millrace/build-systems';
import { AppError } from '@millrace/kernel';
import type { EndedBuild, Hindrance, SeenBuild } from '../domain/input';
import { isStack, systemOf, systemsOf } from '../domain/policy';
import type { ReleaseRow, Repository } from '../domain/state';

/** The build systems of this scheduler, by name. */
export type Systems = ReadonlyMap<string, BuildSystem>;

export function systemNamed(systems: Systems, name: string): BuildSystem {
  const found = systems.get(name);
  if (found) return found;
  throw new AppError({
    code: 'build-system-unknown',
    kind: 'invalid',
    message: `there is no build system ${name} here; there is ${[...systems.keys()].join(', ')}`,
    remedy: 'correct build_systems in the release definition',
  });
}

/** The system that builds a component. Stacks are assembled, beside what builds the RPMs that they contain. */
export function systemFor(systems: Systems, release: ReleaseRow, component: string): BuildSystem {
  const { definition } = release;
  const name = isStack(component) ? systemsOf(definition)[0] : systemOf(definition, component);
  if (name) return systemNamed(systems, name);
  throw new AppError({
    code: 'build-system-missing',
    kind: 'invalid',
    message: `release ${release.id} names no build system for ${component}`,
    remedy: 'add its type to build_systems in the release definition',
  });
}

/** The current repository of a cascade's place (which is opened when nobody did), or of the base. */
export async function repositoryOf(system: BuildSystem, release: string, cascade: string | null): Promise<Repository> {
  await system.open(release, cascade);
  const { number, repository } = await system.repository(release, cascade);
  return { number, address: repository, place: cascade ?? 'base' };
}

/** A build that ended, with its contents, or with the evidence of why it has none. */
export async function endedBuild(
  system: BuildSystem,
  release: string,
  cascade: string | null,
  status: BuildStatus,
): Promise<EndedBuild> {
  const complete = status.state === 'complete';
  return {
    status: seenBuild(status),
    contents: complete ? await system.contents(status.ref) : null,
    evidence: complete ? null : await system.evidence(status.ref),
    base: await repositoryOf(system, release, cascade),
    tag: (await system.open(release, cascade)).id,
  };
}

/** A build as the decider sees it. */
export function seenBuild(status: BuildStatus): SeenBuild {
  return {
    ref: status.ref,
    component: status.component,
    origin: status.origin,
    cascade: status.cascade,
    state: status.state,
    nvr: status.nvr,
    bootstrap: status.bootstrap,
    startedAt: status.startedAt,
    endedAt: status.endedAt,
    repository: status.repository,
    submittedBy: status.submittedBy,
    source: status.source,
  };
}

export function isOver(status: Pick<BuildStatus, 'state'>): boolean {
  return status.state === 'complete' || status.state === 'failed' || status.state === 'cancelled';
}

export function hindrance(fault: Hindrance): Hindrance {
  const { code, kind, message, remedy } = fault;
  return remedy === undefined ? { code, kind, message } : { code, kind, message, remedy };
}
