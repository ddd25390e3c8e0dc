import { matchesAny, type Freeze, type ReleaseDefinition, type Urgency } from '@millrace/contracts';
import { moment, msOf, type ComponentId, type Moment } from '@millrace/kernel';

/**
 * The freeze that keeps a change of these components from starting, or a cascade of them from landing, at a time; of
 * several the one that ends last. `components` is `all` for everything. null: none does.
 */
export function freezeOf(
  definition: Pick<ReleaseDefinition, 'freezes'>,
  what: 'changes' | 'landing',
  components: readonly ComponentId[] | 'all',
  urgency: Urgency,
  at: Moment,
): Freeze | null {
  const holding = (definition.freezes ?? []).filter(
    (freeze) =>
      (freeze.what === what || freeze.what === 'all') &&
      !(urgency === 'security' && freeze.security === 'pass') &&
      msOf(freeze.from) <= msOf(at) &&
      msOf(at) < msOf(freeze.until) &&
      (components === 'all' || components.some((component) => matchesAny(freeze.components, component))),
  );
  return holding.sort((a, b) => msOf(b.until) - msOf(a.until))[0] ?? null;
}

export function endOf(freeze: Freeze): Moment {
  return moment(msOf(freeze.until));
}

export function freezeWords(freeze: Freeze): string {
  return `freeze '${freeze.name}' until ${endOf(freeze)}: ${freeze.reason}`;
}
