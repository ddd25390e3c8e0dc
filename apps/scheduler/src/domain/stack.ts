import type { Contents, Evidence } from '@millrace/contracts';
import { digestOf } from '@millrace/kernel';
import { fail } from './advance';
import { toGate } from './builds';
import { keepContents, ownBuild, sayFinished } from './finished';
import type { RebuildInput } from './input';
import { subjectOf } from './policy';
import type { RebuildRow } from './state';
import type { Turn } from './turn';
import { buildKey, clip } from './words';

/** A stack's parts are known: it is recorded as a build of its own, and gated as a group. */
export function assembled(
  turn: Turn,
  rebuild: RebuildRow,
  input: Extract<RebuildInput, { type: 'stack.assembled' }>,
): void {
  if (rebuild.state !== 'submitting') return;
  if (input.missing.length > 0) return fail(turn, rebuild, missingParts(input.missing));
  const parts = [...input.parts].sort((a, b) => (a.component < b.component ? -1 : 1));
  const group = parts.map(({ component, nvr }) => ({ component, nvr }));
  const name = rebuild.component.slice('stack/'.length);
  const nvr = `${name}@${digestOf(parts).slice('sha256:'.length, 'sha256:'.length + 12)}`;
  // Equal parts assembled once more are another build, gated under the same name.
  const id = `${nvr}@${buildKey(rebuild)}`;
  const contents: Contents = {
    component: rebuild.component,
    nvr,
    build: id,
    packages: [],
    buildRequires: [],
    inputs: parts.map((part) => ({ nevra: part.nvr, component: part.component, nvr: part.nvr, build: part.build })),
  };
  const digest = keepContents(turn, contents);
  const build = turn.put('builds', {
    ...ownBuild(turn, rebuild, id),
    state: 'complete',
    nvr,
    group,
    contents: digest,
    startedAt: turn.at,
    endedAt: turn.at,
    repository: input.repository.address,
    base: input.repository,
    subject: subjectOf(rebuild.component, nvr),
  });
  turn.appear(`build/${id}`);
  sayFinished(turn, build);
  toGate(turn, rebuild, build, `it is assembled from ${group.length} validated builds; its gate is asked`);
}

function missingParts(missing: readonly string[]): Evidence {
  const summary = clip(`no validated build of ${missing.join(', ')} is there to assemble it from`, 1000);
  return { class: 'dependencies', stage: 'assemble', summary, tail: summary, logs: [], signature: digestOf(missing) };
}
