import { WrittenAnswer } from '@millrace/service';
import type { FromZeroText } from '../domain/graph/from-zero';
import type { Network } from '../domain/graph/network';
import type { Graphs, OpenGraph } from '../domain/graphs';
import { manyMembers, ordersHere, type Orders } from '../domain/orders';
import type { Reach } from '../domain/policy';
import { paged, type Page } from './page';
import { everything } from './reach';

interface OrderRequest extends Page {
  readonly release: string;
  readonly snapshot?: string | undefined;
}

/** An order from zero: everything that can be rebuilt. */
export async function answerOrder(request: OrderRequest, graphs: Graphs, orders: Orders): Promise<WrittenAnswer> {
  const open = await graphs.open(request.release, request.snapshot);
  return new WrittenAnswer(writeOrder(open.snapshot, await wholeOrder(open, orders), request));
}

const wholes = new WeakMap<Network, { readonly reach: Reach | null; readonly order: Promise<FromZeroText> }>();

/** Pages of one order are of one order. */
function wholeOrder(open: OpenGraph, orders: Orders): Promise<FromZeroText> {
  const { network, reach } = open;
  const known = wholes.get(network);
  if (known?.reach === reach) return known.order;
  const set = everything(open);
  const where = open.stored === null || set.length < manyMembers ? ordersHere : orders;
  const order = where.fromZero(open, set);
  wholes.set(network, { reach, order });
  // What could not be made is made again for who asks next.
  order.catch(() => wholes.delete(network));
  return order;
}

/** Items of a list that are written at once. */
const step = 500;

/** A build order as JSON in the shape of the door `order`, piece by piece. */
function* writeOrder(snapshot: string, order: FromZeroText, page: Page): Generator<string> {
  const { steps, tiers, cut, twice } = order;
  const head = { snapshot, total: steps.length, tiers, cuts: cut.length, twices: twice.length };
  yield JSON.stringify(head).slice(0, -1);
  for (const [name, list] of Object.entries({ steps, cut, twice })) {
    yield `,"${name}":[`;
    const part = paged(list, page);
    for (let at = 0; at < part.length; at += step) {
      yield `${at === 0 ? '' : ','}${part.slice(at, at + step).join(',')}`;
    }
    yield ']';
  }
  yield '}';
}
