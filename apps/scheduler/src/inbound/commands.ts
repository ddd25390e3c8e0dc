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
}

/** Commands of people and of other services, and the questions that must be asked outside. */
export function commands(look: Lookups): readonly BoundDoor<Input>[] {
  return [
    obey(own.changeReport, async ({ release, components, urgency, why }, { name: by }): Promise<Input> => {
      const checked = await look.check(release, components);
      return asked({ release, kind: 'commit', all: false, urgency, by, why: why || 'it was reported', ...checked });
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
