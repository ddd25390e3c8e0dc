import type { ReleaseDefinition } from '@millrace/contracts';
import type { Moment } from '@millrace/kernel';
import type { ComposeName, Counter } from './state';

const suffixes = { production: '', nightly: '.n', test: '.t', ci: '.ci', development: '.d' } as const;

export type ComposeSettings = NonNullable<ReleaseDefinition['compose']>;

/** The counter that a release's composes share with all others of the same name and type. */
export function counterId({ short, version, type }: ComposeSettings): string {
  return `${short}-${version}${suffixes[type]}`;
}

/** The next name, and the counter after it. A clock set back makes no name a second time. */
export function nextName(
  definition: ReleaseDefinition,
  settings: ComposeSettings,
  before: Counter | undefined,
  at: Moment,
): { readonly name: ComposeName; readonly counter: Counter } {
  const today = at.slice(0, 10).replaceAll('-', '');
  const day = before && before.day > today ? before.day : today;
  const respin = before?.day === day ? before.next : 0;
  const { short, version, type, variant } = settings;
  return {
    name: { title: definition.title, short, version, type, variant, date: day, respin },
    counter: { id: counterId(settings), revision: before?.revision ?? 0, day, next: respin + 1 },
  };
}

/** productmd's compose id of a release of type ga: `SHORT-VERSION-DATE[.TYPE].RESPIN`. */
export function composeIdOf({ short, version, date, type, respin }: ComposeName): string {
  return `${short}-${version}-${date}${suffixes[type]}.${respin}`;
}
