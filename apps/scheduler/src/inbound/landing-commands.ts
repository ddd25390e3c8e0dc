import { doors, type DoorReply } from '@millrace/contracts';
import { answer, obey, type BoundDoor } from '@millrace/service';
import type { Input } from '../domain/input';

const own = doors.scheduler;

/** What must be looked at outside before a landing is asked for; each throws when it cannot be. */
export interface LandingLookups {
  releaseOf(cascade: string): Promise<string>;
  landingPlan(cascade: string, partial: boolean): Promise<DoorReply<typeof own.landingPlan>>;
  /** Where what a landing has brought out so far has gone to users. */
  landingShipped(cascade: string): Promise<readonly string[]>;
  revertPlan(cascade: string): Promise<DoorReply<typeof own.revertPlan>>;
}

/** Landing and its opposite, and what they would do. */
export function landingCommands(look: LandingLookups): readonly BoundDoor<Input>[] {
  return [
    answer(own.landingPlan, ({ cascade, partial }) => look.landingPlan(cascade, partial)),
    answer(own.revertPlan, ({ cascade }) => look.revertPlan(cascade)),
    obey(own.cascadeLand, async ({ cascade, partial, why }): Promise<Input> => {
      return { type: 'landing.ask', release: await look.releaseOf(cascade), cascade, partial, why };
    }),
    obey(own.landingAbort, async ({ cascade, why }): Promise<Input> => {
      const release = await look.releaseOf(cascade);
      return { type: 'landing.abort', release, cascade, shipped: await look.landingShipped(cascade), why };
    }),
    obey(own.cascadeRevert, async ({ cascade, built_on: accepted, why }): Promise<Input> => {
      const { release, built_on: builtOn, shipped } = await look.revertPlan(cascade);
      const named = [...new Set(builtOn.map((one) => one.component))];
      return { type: 'landing.revert', release, cascade, builtOn: named, accepted, shipped, why };
    }),
  ];
}
