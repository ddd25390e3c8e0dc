import { releaseDefinition, type ReleaseDefinition } from '@millrace/contracts';

/** A small release definition, complete enough for the schema. */
export function definitionOf(parts: Partial<ReleaseDefinition> = {}): ReleaseDefinition {
  return {
    ...releaseDefinition.parse({
      release: 'mini',
      title: 'Mini',
      product_version: 'mini-1',
      build_systems: { rpm: 'local-rpm' },
      sources: { rpm: { git: '/srv/dist-git/rpms' } },
      gates: [],
      people: { ada: { mail: 'ada@example.org' } },
      owners: [],
      releng: ['ada'],
    }),
    ...parts,
  };
}
