import { shippedSubjectTypes, type Policy, type SubjectType } from '@millrace/gate-policy';
import type { ReleaseDefinition } from '@millrace/contracts';
import type { Row } from '@millrace/kernel';
import { sameType } from './subject';

/** Greenwave's policies and subject types as they were read from the folders of the settings. */
export interface Catalogue {
  readonly policies: readonly Policy[];
  readonly subjectTypes: readonly SubjectType[];
  /** Services of somebody else that are asked instead of ours; left out: none. */
  readonly asks?: readonly ForeignService[];
  /** How often CIs that can be asked are asked for new runs; left out: none can. */
  readonly reruns?: readonly RerunBudget[];
}

export interface RerunBudget {
  /** Glob on the CI's name, as its results give it. */
  readonly ci: string;
  readonly budget: number;
}

export const foreignServices = ['greenwave', 'waiverdb', 'resultsdb'] as const;
export type ForeignService = (typeof foreignServices)[number];

export interface CatalogueRow extends Row, Catalogue {
  /** Of what was read: equal digests are equal policies. */
  readonly digest: string;
}

/** There is one catalogue. */
export const catalogueId = 'greenwave';

export const emptyCatalogue: Catalogue = { policies: [], subjectTypes: shippedSubjectTypes };

/** The gates of releases as Greenwave's policies: the id is `<release>/<gate>`, a release's product version theirs. */
export function policiesOfReleases(
  definitions: readonly ReleaseDefinition[],
  types: readonly SubjectType[],
): readonly Policy[] {
  return definitions.flatMap((definition) =>
    definition.gates.map((gate) => ({
      id: `${definition.release}/${gate.id}`,
      productVersions: [literally(definition.product_version)],
      contexts: [gate.decision_context],
      subjectTypes: gate.subject_types.map((name) => types.find(({ id }) => sameType(id, name))?.id ?? name),
      rules: gate.rules.map(({ test, scenario = null }) => ({
        kind: 'PassingTestCaseRule' as const,
        testcase: test,
        scenario,
        validSince: null,
        validUntil: null,
      })),
      packages: gate.packages,
      excludedPackages: gate.excluded_packages,
      source: null,
    })),
  );
}

/** A text as a pattern that matches it alone. */
function literally(text: string): string {
  return text.replace(/[*?[]/g, '[$&]');
}
