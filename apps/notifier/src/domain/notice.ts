import { rebuildId, type ReleaseDefinition } from '@millrace/contracts';
import { sha256, type Moment } from '@millrace/kernel';
import { letterOf } from './letter';
import { recipientsOf } from './routes';
import type { Happening, Notice } from './state';

/** The notices that a happening makes for a release's people: the same ids whenever it is heard again. */
export function noticesOf(happening: Happening, definition: ReleaseDefinition, at: Moment): readonly Notice[] {
  const release = definition.release;
  return recipientsOf(happening, definition).map(({ person, address, because }) => ({
    id: noticeId(release, causeOf(happening), person),
    revision: 0,
    release,
    person,
    address,
    about: aboutOf(happening),
    components: happening.concern.components.slice(0, 200),
    letter: letterOf(happening, because),
    state: 'waiting',
    round: 1,
    because,
    messageId: null,
    at,
    deliveredAt: null,
  }));
}

/**
 * What happened, as one text. A failure is one attempt at a rebuild and its build, whichever event says it and however
 * often. What names the builds that failed is told once for them: a scheduler whose database was set back comes to it
 * again. Anything else is one state (revision) of its subject.
 */
function causeOf(happening: Happening): string {
  const { facts, event, subject, revision } = happening;
  const rebuild = rebuildOf(happening);
  if (facts.failed_builds) return [event, subject, ...[...facts.failed_builds].sort()].join('\n');
  if (rebuild === null || facts.attempt === undefined) return `${event}\n${subject}\n${revision}`;
  return `${rebuild}\n${facts.attempt}\n${facts.build ?? ''}`;
}

function noticeId(release: string, cause: string, person: string): string {
  return `n-${sha256([release, cause, person].join('\n\n')).slice(0, 24)}`;
}

function aboutOf(happening: Happening): string {
  return rebuildOf(happening) ?? happening.subject;
}

function rebuildOf({ facts }: Happening): string | null {
  const { cascade, component, generation, pass } = facts;
  if (!cascade || !component || generation === undefined || pass === undefined) return null;
  return rebuildId({ cascade, component, generation, pass });
}
