import { doors, type SourceRef } from '@millrace/contracts';
import { answer, obey, type BoundDoor } from '@millrace/service';
import type { Input, ReportedChange } from '../domain/input';
import type { CascadeRow } from '../domain/state';

const own = doors.scheduler;

type Checked = Pick<ReportedChange, 'components' | 'unknown'>;

/** What commands must know before they become inputs; each is asked outside, and throws when it cannot be had. */
export interface Lookups {
  cascade(id: string): Promise<CascadeRow>;
  /** Splits components into known ones with their sources, and unknown ones with hints. */
  check(
    release: string,
    components: readonly { readonly component: string; readonly commit?: string | undefined }[],
  ): Promise<Checked>;
  head(release: string, component: string): Promise<SourceRef>;
  /** Heads of what failed in a cascade: a retry builds from there, since it may have been fixed. */
  failedHeads(cascade: CascadeRow, component: string | null): Promise<Readonly<Record<string, SourceRef>>>;
}

/** Commands of people and of other services, and the questions that must be asked outside. */
export function commands(look: Lookups): readonly BoundDoor<Input>[] {
  const about = async (request: { cascade: string; component?: string | undefined; why: string }) => {
    const { release } = await look.cascade(request.cascade);
    return { release, cascade: request.cascade, component: request.component ?? null, why: request.why };
  };
  return [
    obey(own.changeReport, async ({ release, components, urgency, why }, { name: by }): Promise<Input> => {
      const checked = await look.check(release, components);
      return asked({ release, kind: 'commit', all: false, urgency, by, why: why || 'it was reported', ...checked });
    }),
    obey(own.cascadeCancel, async (request): Promise<Input> => ({ type: 'cascade.cancel', ...(await about(request)) })),
    obey(own.cascadeSkip, async (request): Promise<Input> => ({ type: 'cascade.skip', ...(await about(request)) })),
    obey(own.cascadeRetry, async (request): Promise<Input> => {
      const person = await about(request);
      return {
        type: 'cascade.retry',
        ...person,
        sources: await look.failedHeads(await look.cascade(person.cascade), person.component),
      };
    }),
    obey(own.buildAdopt, async ({ build, cascade, why }): Promise<Input> => {
      const { release } = await look.cascade(cascade);
      return { type: 'build.adopt', release, cascade, build, why };
    }),
    answer(own.sourceHead, async ({ release, component }) => {
      return { source: await look.head(release, component) };
    }),
  ];
}

function asked(change: Omit<ReportedChange, 'id'>): Input {
  return { type: 'change.reported', release: change.release, change: { id: null, ...change }, asked: true };
}
