import type { CheckName, Outcome } from './check';
import type { FinishedBuild } from './finished-build';

export interface CiMessage {
  readonly topic: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Where a check stands. `errored`: this CI could not do it, which says nothing about the build. */
export type Progress =
  | { readonly status: 'queued' | 'running' }
  | { readonly status: 'complete'; readonly outcome: Outcome }
  | { readonly status: 'error'; readonly reason: string };

export interface Run {
  readonly build: FinishedBuild;
  readonly check: CheckName;
  /** Equal for all messages about one check of one build. */
  readonly id: string;
  readonly log: string;
  readonly ci: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
}

const docs = 'https://pagure.io/fedora-ci/messages';
const version = '1.1.11';

/** A message of the Fedora CI messages specification, version 1.x: topic and body as any CI system sends them. */
export function ciMessage(run: Run, progress: Progress): CiMessage {
  const { build, check, id, log, ci, at } = run;
  return {
    topic: `org.millrace.local.ci.${artifactType(build)}.test.${progress.status}`,
    body: {
      contact: { name: ci, team: 'Minidistro CI', docs, email: 'ci@mill.example', version: '0.1.0' },
      run: { url: `${log}#${id}`, log },
      artifact: artifactOf(build),
      pipeline: { id, name: check },
      test: { namespace: 'millrace', type: check, category: 'functional', docs, ...testOf(progress) },
      system: [{ os: build.release, provider: 'bubblewrap', architecture: machine }],
      ...(progress.status === 'error' ? { error: { reason: progress.reason } } : {}),
      generated_at: at,
      version,
    },
  };
}

const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch;

function testOf(progress: Progress): Readonly<Record<string, unknown>> {
  if (progress.status !== 'complete') return {};
  const { result, note, output, seconds } = progress.outcome;
  return { result, note, output, runtime: seconds };
}

function artifactType(build: FinishedBuild): string {
  switch (build.component.type) {
    case 'module':
      return 'redhat-module';
    case 'container':
    case 'image':
      return 'redhat-container-image';
    default:
      return 'koji-build';
  }
}

function artifactOf(build: FinishedBuild): Readonly<Record<string, unknown>> {
  const { nvr, source } = build;
  const { name, stream = '' } = build.component;
  const type = artifactType(build);
  if (type === 'redhat-module') {
    // N-S-V.C, where a stream has _ for -, so that the last - stands before the version.
    const [moduleVersion, context] = nvr.slice(nvr.lastIndexOf('-') + 1).split('.');
    const nsvc = `${name}:${stream}:${moduleVersion}:${context}`;
    return { type, id: build.build, nvr, nsvc, name, stream, version: moduleVersion, context, issuer: 'millrace' };
  }
  const common = { type, nvr, component: name, issuer: 'millrace', scratch: false, source };
  return type === 'koji-build' ? { ...common, id: build.build } : { ...common, id: nvr, build: build.build };
}
