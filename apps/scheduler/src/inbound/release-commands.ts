import { doors, type DoorReply, type ReleaseDefinition } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { answer, obey, type BoundDoor } from '@millrace/service';
import type { Input } from '../domain/input';

const own = doors.scheduler;

type Check = DoorReply<typeof own.releaseCheck>;

export interface ReleaseLookups {
  /** Build systems, targets and tags that a definition names and that are not there. */
  places(definition: ReleaseDefinition): Promise<Pick<Check, 'problems' | 'unasked'>>;
  /** What would come of applying it. */
  checkRelease(definition: ReleaseDefinition): Promise<Check>;
}

/** Definitions of releases: looked at, and made the current ones. */
export function releaseCommands(look: ReleaseLookups): readonly BoundDoor<Input>[] {
  return [
    obey(own.releaseApply, async ({ definition, why, confirm: confirmed = null }): Promise<Input> => {
      const { problems } = await look.places(definition);
      if (problems.length > 0) throw notThere(problems);
      return { type: 'release.apply', release: definition.release, definition, why, confirmed };
    }),
    obey(own.releaseAdopt, ({ release, why, inputs }): Input => {
      return { type: 'adoption.start', release, why, inputs };
    }),
    answer(own.releaseCheck, ({ definition }) => look.checkRelease(definition)),
  ];
}

/** A target that a build system does not have would fail much later, in its builders. */
function notThere(problems: Check['problems']): AppError {
  return new AppError({
    code: 'target-unknown',
    kind: 'invalid',
    message: problems.map(({ path, text }) => `${path.join('.')}: ${text}`).join('; '),
    remedy: problems.map(({ remedy }) => remedy).join('; '),
  });
}
