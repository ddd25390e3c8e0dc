import { becauseOf } from '@millrace/resolver/domain/order';
import { orderSet } from '@millrace/resolver/domain/graph/order-set';
import type { Network } from '@millrace/resolver/domain/graph/network';

/** One pass of one component, in the order in which the resolver would have it built. */
export interface Step {
  readonly component: string;
  readonly pass: number;
  readonly tier: number;
  readonly bootstrap: boolean;
  readonly knot: boolean;
  readonly because: string;
  /** Places in the list that it is in, all before its own. */
  readonly needs: readonly number[];
}

/** A set in the resolver's order: knots are cut, needs are over whole build chroots and the fewest. */
export function stepsOf(network: Network, members: Int32Array): readonly Step[] {
  const { steps } = orderSet(network, members, 'build');
  return steps.map((step) => ({
    component: rpmNamed(network.components.get(step.component)),
    pass: step.pass,
    tier: step.tier,
    bootstrap: step.bootstrap,
    knot: step.knot !== null,
    because: step.knot === null ? 'it is in the set' : becauseOf(network, step),
    needs: Array.from(step.needs),
  }));
}

/** To the scheduler it is all the same what is built: everything has one builder here. */
function rpmNamed(component: string): string {
  const [type, ...name] = component.split('/');
  return type === 'deb' || type === 'rpm' ? `rpm/${name.join('/')}` : `rpm/${type}-${name.join('/')}`;
}
