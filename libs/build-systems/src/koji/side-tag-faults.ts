import { AppError } from '@millrace/kernel';
import type { OpenedPlace } from './place-book';

export function closed({ place, closed: how }: OpenedPlace): AppError {
  const message = `${place.id} of cascade ${place.cascade} is closed (${how})`;
  return new AppError({ code: 'place-closed', kind: 'conflict', message, remedy: 'start another cascade' });
}

export function elsewhere(tag: string, parent: string, release: string, base: string): AppError {
  return new AppError({
    code: 'side-tag-elsewhere',
    kind: 'invalid',
    message: `${tag} is made of ${parent}; release ${release} builds in ${base}`,
    remedy: `make one of ${base}: koji add-sidetag ${base}`,
  });
}

export function taken(tag: string, { place }: OpenedPlace): AppError {
  const message = `${tag} is in use by cascade ${place.cascade} of release ${place.release}`;
  return new AppError({ code: 'side-tag-taken', kind: 'conflict', message, remedy: 'make another side tag' });
}

export function inUse(tag: string, { place }: OpenedPlace): AppError {
  return new AppError({
    code: 'side-tag-used',
    kind: 'conflict',
    message: `${tag} is in use by cascade ${place.cascade} of release ${place.release}`,
    remedy: `let it end, or: millrace cascade cancel ${place.cascade}`,
  });
}

export function foreign(tag: string, owner: string | null, me: string): AppError {
  return new AppError({
    code: 'side-tag-foreign',
    kind: 'forbidden',
    message: `${tag} is ${owner ?? 'somebody'}'s, not ${me}'s: it is not removed here`,
    remedy: `ask ${owner ?? 'its owner'}: koji remove-sidetag ${tag}`,
  });
}

export function notLanded(tag: string, left: readonly string[]): AppError {
  const names = left.length > 5 ? `${left.slice(0, 5).join(', ')} and ${left.length - 5} more` : left.join(', ');
  return new AppError({
    code: 'side-tag-unlanded',
    kind: 'conflict',
    message: `${tag} has what did not land: ${names}`,
    remedy: 'see what becomes of these builds; then `millrace sidetag clean --unlanded` removes it all the same',
  });
}

export function fresh(tag: string): AppError {
  const message = `${tag} was made a moment ago for a build that has not begun`;
  return new AppError({ code: 'side-tag-used', kind: 'conflict', message, remedy: 'try again in ten minutes' });
}

export function shared(release: string): AppError {
  return new AppError({
    code: 'side-tags-missing',
    kind: 'invalid',
    message: `the cascades of release ${release} share its target's build tag`,
    remedy: 'say `isolation: side-tag` in build_targets of the release definition',
  });
}
