import { CatalogueBuilder } from '@millrace/resolver/domain/graph/build-catalogue';
import { flag } from '@millrace/resolver/domain/graph/catalogue';
import { networkOf, type Network } from '@millrace/resolver/domain/graph/network';
import { seeded } from './random';

export interface Invented {
  /** By component: numbers of those that its build needs. */
  readonly needs: readonly (readonly number[])[];
  readonly network: Network;
}

/** A graph of components `rpm/p0`, `rpm/p1` and so on that need up to three others each; one in forty needs a later one. */
export function graphOf(count: number, seed: number): Invented {
  const random = seeded(seed);
  const needs = Array.from({ length: count }, (_, n) => {
    const most = n === 0 ? 0 : Math.floor(random() * 4);
    const found = new Set<number>();
    for (let i = 0; i < most; i++) found.add(Math.floor(n * random() ** 2));
    if (random() < 1 / 40) found.add(Math.floor(random() * count));
    found.delete(n);
    return [...found];
  });
  return {
    needs,
    network: networkWith(
      needs,
      needs.map(() => false),
    ),
  };
}

/** A graph of named components in the resolver's core: one package for each. */
export function networkWith(needs: readonly (readonly number[])[], recipes: readonly boolean[]): Network {
  const builder = new CatalogueBuilder();
  const numbers = needs.map((_, n) => builder.component(`rpm/p${n}`, '1', recipes[n] ? flag.recipe : 0));
  needs.forEach((_, n) => builder.offer(builder.package(numbers[n]!, `p${n}`, '1', 'noarch'), `p${n}`, '1'));
  needs.forEach((of, n) => {
    for (const need of new Set(of)) {
      builder.needs('build', numbers[n]!, builder.clause('deb', `p${need}`, 'noarch', [`p${need}`]));
    }
  });
  return networkOf(builder.finish());
}
