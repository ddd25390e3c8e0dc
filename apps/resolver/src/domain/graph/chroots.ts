import type { Network } from './network';
import { each, Ints, type Rows } from './rows';

type Linked = Pick<Network, 'count' | 'blocks' | 'buildBlocks' | 'parts' | 'below' | 'owners'>;

/**
 * Everything that can be in a build chroot, as one graph: components first, then blocks. What is below by another way
 * already does not stand there twice: it is there whatever is asked about.
 */
export function chrootsOf({ count, blocks, buildBlocks, parts, below, owners }: Linked): Rows {
  const offsets = new Int32Array(count + blocks + 1);
  const targets = new Ints(below.targets.length + owners.targets.length + 64);
  const covered = new Int32Array(blocks);
  for (let node = 0; node < count + blocks; node++) {
    const [toBlocks, toComponents] = node < count ? [buildBlocks, parts] : [below, owners];
    const row = node < count ? node : node - count;
    const [from, to] = [toBlocks.offsets[row]!, toBlocks.offsets[row + 1]!];
    for (let n = from; n < to; n++) {
      const block = toBlocks.targets[n]!;
      for (let k = below.offsets[block]!; k < below.offsets[block + 1]!; k++) covered[below.targets[k]!] = node + 1;
    }
    for (let n = from; n < to; n++) {
      if (covered[toBlocks.targets[n]!] !== node + 1) targets.push(count + toBlocks.targets[n]!);
    }
    each(toComponents, row, (component) => targets.push(component));
    offsets[node + 1] = targets.length;
  }
  return { count: count + blocks, offsets, targets: targets.copy() };
}
