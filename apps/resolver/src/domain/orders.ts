import { orderInText, fromZero, type FromZeroText } from './graph/from-zero';
import { orderSet, type OrderedSet } from './graph/order-set';
import type { Needs } from './graph/region';
import type { OpenGraph } from './graphs';

/** Orders of many components: seconds of work, which is done where no other question waits for it. */
export interface Orders {
  of(open: OpenGraph, set: Int32Array, needs: Needs): Promise<OrderedSet>;
  fromZero(open: OpenGraph, set: Int32Array): Promise<FromZeroText>;
}

/** Where it is asked for: for graphs that are in no file, and for sets that take no time. */
export const ordersHere: Orders = {
  of: ({ network }, set, needs) => Promise.resolve(orderSet(network, set, needs)),
  fromZero: ({ network }, set) => Promise.resolve(orderInText(fromZero(network, set))),
};

/** From how many members on a set is ordered elsewhere. */
export const manyMembers = 2000;

/** From how many members on a knot takes more time to open than a thread takes to start. */
export const largeKnot = 1000;
