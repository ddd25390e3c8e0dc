import { AppError, type ComponentId } from '@millrace/kernel';
import type { HoldScope } from '../domain/hold-rows';

interface Part {
  readonly component?: ComponentId | undefined;
  readonly tier?: number | undefined;
}

/** A cascade, a rebuild of it or a tier of it. */
export function inCascade(cascade: string, { component, tier }: Part): HoldScope {
  if (component === undefined || tier === undefined)
    return { cascade, tier: tier ?? null, component: component ?? null };
  throw new AppError({
    code: 'scope-double',
    kind: 'invalid',
    message: 'a component and a tier are named',
    remedy: 'name one of them',
  });
}

/** A release, or a component in all its cascades. */
export function inRelease(component: ComponentId | undefined): HoldScope {
  return { cascade: null, tier: null, component: component ?? null };
}
