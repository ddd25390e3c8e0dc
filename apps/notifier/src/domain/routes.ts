import { ownersOf, type ReleaseDefinition } from '@millrace/contracts';
import type { Happening } from './state';

/** One rule of who is told. The first that fits decides; none fits: nobody is told. */
export interface Route {
  readonly severities: readonly Happening['concern']['severity'][];
  /** Classes of failure that it is for; absent: any, and none. */
  readonly classes?: readonly string[];
  /** true: only what is about components or people. */
  readonly aboutSomebody?: true;
  readonly tell: 'owners' | 'releng';
  readonly because: string;
}

/** The policy as data. An infrastructure failure is nobody's bug, so owners are not told of it. */
const defaultRoutes: readonly Route[] = [
  {
    severities: ['error', 'warning'],
    classes: ['infrastructure', 'no-builder'],
    tell: 'releng',
    because: 'it is a failure of the infrastructure, which release engineering looks after',
  },
  { severities: ['error'], aboutSomebody: true, tell: 'owners', because: 'you look after' },
  { severities: ['error', 'warning'], tell: 'releng', because: 'release engineering is told of it' },
];

export interface Recipient {
  readonly person: string;
  /** null: the definition has none. */
  readonly address: string | null;
  /** Ends the sentence "You get this because …". */
  readonly because: string;
}

/** Who is told of an event, each once, in the order of the definition. */
export function recipientsOf(
  happening: Happening,
  definition: ReleaseDefinition,
  routes: readonly Route[] = defaultRoutes,
): readonly Recipient[] {
  const route = routes.find((r) => fits(r, happening));
  if (!route) return [];
  const named = route.tell === 'owners' ? toldAsOwners(happening, definition, route) : [];
  if (named.some((r) => r.address !== null)) return named;
  const why = route.tell === 'releng' ? route.because : nobodyElse(happening, named);
  const releng = definition.releng.filter((person) => named.every((r) => r.person !== person));
  return [...named, ...releng.map((person) => recipient(definition, person, why))];
}

function fits(route: Route, { concern, facts }: Happening): boolean {
  if (!route.severities.includes(concern.severity)) return false;
  if (route.classes && !route.classes.includes(facts.evidence?.class ?? '')) return false;
  return !route.aboutSomebody || concern.components.length + concern.people.length > 0;
}

function toldAsOwners({ concern }: Happening, definition: ReleaseDefinition, route: Route): readonly Recipient[] {
  const owners = concern.components.flatMap((component) => ownersOf(definition, component));
  const people = [...new Set(concern.people.length > 0 ? concern.people : owners)];
  const of = concern.components.slice(0, 5).join(', ');
  const because = of === '' ? 'it names you' : `${route.because} ${of}`;
  return people.map((person) => recipient(definition, person, because));
}

function nobodyElse({ concern }: Happening, named: readonly Recipient[]): string {
  const of = concern.components.slice(0, 5).join(', ') || 'it';
  if (named.length === 0) return `nobody owns ${of}`;
  return `${of} belongs to ${named.map((r) => r.person).join(', ')}, without an address in the release definition`;
}

function recipient(definition: ReleaseDefinition, person: string, because: string): Recipient {
  return { person, address: definition.people[person]?.mail ?? null, because };
}
