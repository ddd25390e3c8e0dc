import { buildFinished, type Contents } from '@millrace/contracts';
import { digestOf } from '@millrace/kernel';
import type { EndedBuild } from './input';
import { subjectOf } from './policy';
import type { BuildRow, RebuildRow } from './state';
import type { Turn } from './turn';
import { clip, sourceText } from './words';

/** Keeps what an ended build made. */
export function keepBuild(turn: Turn, build: BuildRow, end: EndedBuild): BuildRow {
  const { status, contents, evidence, base } = end;
  const complete = status.state === 'complete' && contents !== null;
  const state = complete ? 'complete' : status.state === 'cancelled' ? 'cancelled' : 'failed';
  return turn.put('builds', {
    ...build,
    state,
    nvr: status.nvr ?? contents?.nvr ?? build.nvr,
    startedAt: status.startedAt,
    endedAt: status.endedAt ?? turn.at,
    evidence,
    contents: complete ? keepContents(turn, contents) : null,
    repository: status.repository,
    base,
    ...(end.tag === undefined ? {} : { tag: end.tag }),
    source: build.source ?? status.source,
    subject: complete ? subjectOf(build.component, status.nvr ?? contents.nvr) : null,
    ...(complete && end.checks ? { checks: end.checks } : {}),
  });
}

export function sayFinished(turn: Turn, build: BuildRow): void {
  const rebuild = build.rebuild === null ? undefined : turn.find('rebuilds', build.rebuild);
  const state = build.state === 'complete' || build.state === 'cancelled' ? build.state : 'failed';
  const { subject, repository, base, nvr } = build;
  const artifact =
    subject && repository && base && nvr
      ? {
          type: subject.type,
          nvr,
          id: build.id,
          component: build.component,
          source: sourceText(build.source),
          repository,
          base: base.address,
          base_number: base.number,
        }
      : null;
  turn.say(buildFinished, build.component, {
    release: build.release,
    build: build.id,
    component: build.component,
    cascade: build.cascade,
    generation: rebuild?.generation ?? null,
    pass: rebuild?.pass ?? null,
    origin: build.origin,
    state,
    standing: build.standing,
    because: clip(build.because, 1000),
    bootstrap: build.bootstrap,
    contents: build.contents,
    artifact,
  });
}

export function keepContents(turn: Turn, contents: Contents): string {
  const digest = digestOf(contents);
  if (!turn.find('contents', digest)) turn.put('contents', { id: digest, revision: 0, contents });
  return digest;
}

export function ownBuild(turn: Turn, rebuild: RebuildRow, id: string): BuildRow {
  return {
    id,
    revision: 0,
    release: rebuild.release,
    component: rebuild.component,
    cascade: rebuild.cascade,
    rebuild: rebuild.id,
    attempt: rebuild.attempt,
    origin: 'cascade',
    standing: 'own',
    because: `built by cascade ${rebuild.cascade}`,
    bootstrap: rebuild.bootstrap,
    source: rebuild.source,
    startedAt: turn.at,
    ...notEnded,
  };
}

/** What is known of a build that runs, whoever made it. */
export const notEnded = {
  state: 'submitted',
  ...{ nvr: null, endedAt: null, evidence: null, contents: null },
  ...{ repository: null, base: null, subject: null, group: null },
} as const;
