import type { TableReader } from '@millrace/store';
import { policyWords } from '../domain/policy';
import type { CascadeRow, ReleaseRow, Rows } from '../domain/state';

type Read = { readonly [K in keyof Rows]: TableReader<Rows[K]> };

/** What the release's definition has to say: that a newer one is in force, and what its policies say of a component. */
export async function standingLines(
  read: Pick<Read, 'releases'>,
  cascade: CascadeRow,
  component: string | null,
): Promise<readonly string[]> {
  const release = await read.releases.get(cascade.release);
  if (!release) return [];
  return [...olderLines(cascade, release), ...(component === null ? [] : policyWords(release.definition, component))];
}

/** A changed definition applies to new plans: one that runs says that it was planned on an older one. */
function olderLines(
  { definitionRevision, endedAt }: CascadeRow,
  { definitionRevision: now, at }: ReleaseRow,
): string[] {
  if (endedAt !== null || definitionRevision >= now) return [];
  return [
    `It runs on revision ${definitionRevision} of the release definition: its plan, scope, pace, knots, cut-off, folding, ` +
      `canaries and retries stay. Revision ${now}, of ${at}, applies to new plans; its mode, freezes, budgets, people, ` +
      `gates, policies, targets and landing hold at once.`,
  ];
}
