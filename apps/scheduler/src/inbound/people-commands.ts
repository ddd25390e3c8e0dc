import { doors } from '@millrace/contracts';
import { obey, type BoundDoor } from '@millrace/service';
import type { Input } from '../domain/input';
import { inCascade, inRelease } from './scopes';

const own = doors.scheduler;

export interface PeopleLookups {
  /** The release of a cascade; throws when there is no such cascade. */
  releaseOf(cascade: string): Promise<string>;
}

/** Hold and resume: a cascade, a rebuild or a tier of it, a release, or a component of that. */
export function peopleCommands(look: PeopleLookups): readonly BoundDoor<Input>[] {
  return [
    obey(own.cascadeHold, async ({ cascade, until = null, why, ...part }): Promise<Input> => {
      const release = await look.releaseOf(cascade);
      return { type: 'hold.set', release, scope: inCascade(cascade, part), until, why };
    }),
    obey(own.cascadeResume, async ({ cascade, why, ...part }): Promise<Input> => {
      const release = await look.releaseOf(cascade);
      return { type: 'hold.end', release, scope: inCascade(cascade, part), why };
    }),
    obey(own.releaseHold, ({ release, component, until = null, why }): Input => {
      return { type: 'hold.set', release, scope: inRelease(component), until, why };
    }),
    obey(own.releaseResume, ({ release, component, why }): Input => {
      return { type: 'hold.end', release, scope: inRelease(component), why };
    }),
  ];
}
