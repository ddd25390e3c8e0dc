import { doors, type SourceRef } from '@millrace/contracts';
import { AppError, type ComponentId } from '@millrace/kernel';
import { obey, type BoundDoor } from '@millrace/service';
import type { HoldScope } from '../domain/hold-rows';
import type { Input } from '../domain/input';

const own = doors.scheduler;

export interface PeopleLookups {
  /** The release of a cascade; throws when there is no such cascade. */
  releaseOf(cascade: string): Promise<string>;
  /** Where a component is built from; throws when the graph or its source does not know it. */
  source(release: string, component: ComponentId, commit: string | undefined): Promise<SourceRef | null>;
}

/** What people do to a cascade beside its end: hold and resume, also tiers and releases; add, remove and raise. */
export function peopleCommands(look: PeopleLookups): readonly BoundDoor<Input>[] {
  return [...holdCommands(look), ...memberCommands(look)];
}

function holdCommands(look: PeopleLookups): readonly BoundDoor<Input>[] {
  return [
    obey(own.cascadeHold, async ({ cascade, component, tier, until = null, why }): Promise<Input> => {
      const release = await look.releaseOf(cascade);
      return { type: 'hold.set', release, scope: scopeOf(cascade, component, tier), until, why };
    }),
    obey(own.cascadeResume, async ({ cascade, component, tier, why }): Promise<Input> => {
      const release = await look.releaseOf(cascade);
      return { type: 'hold.end', release, scope: scopeOf(cascade, component, tier), why };
    }),
    obey(own.releaseHold, ({ release, component = null, until = null, why }): Input => {
      return { type: 'hold.set', release, scope: { cascade: null, tier: null, component }, until, why };
    }),
    obey(own.releaseResume, ({ release, component = null, why }): Input => {
      return { type: 'hold.end', release, scope: { cascade: null, tier: null, component }, why };
    }),
  ];
}

function memberCommands(look: PeopleLookups): readonly BoundDoor<Input>[] {
  return [
    obey(own.cascadeAdd, async ({ cascade, component, commit, why }): Promise<Input> => {
      const release = await look.releaseOf(cascade);
      const source = await look.source(release, component, commit);
      return { type: 'cascade.add', release, cascade, component, source, why };
    }),
    obey(own.cascadeRemove, async ({ cascade, component, why }): Promise<Input> => {
      return { type: 'cascade.remove', release: await look.releaseOf(cascade), cascade, component, why };
    }),
    obey(own.cascadeRaise, async ({ cascade, component = null, priority, why }): Promise<Input> => {
      return { type: 'cascade.raise', release: await look.releaseOf(cascade), cascade, component, priority, why };
    }),
  ];
}

function scopeOf(cascade: string, component: ComponentId | undefined, tier: number | undefined): HoldScope {
  if (component === undefined || tier === undefined)
    return { cascade, tier: tier ?? null, component: component ?? null };
  throw new AppError({
    code: 'scope-double',
    kind: 'invalid',
    message: 'a component and a tier are named',
    remedy: 'name one of them',
  });
}
