import {
  ownersOf,
  rebuildStates,
  type cascadeStarted,
  type rebuildFailed,
  type EventData,
  type Evidence,
  type RebuildKey,
  type RebuildState,
  type SourceRef,
} from '@millrace/contracts';
import { digestOf, parseComponentId, type ComponentId } from '@millrace/kernel';
import type { Hindrance } from './input';
import { regressionOf } from './regression';
import type { CascadeRow, RebuildRow } from './state';
import type { Turn } from './turn';

export type CascadeData = EventData<typeof cascadeStarted>;
export type FailureData = EventData<typeof rebuildFailed>;

/** The key of one attempt in its build system: a second submission under it finds the first. */
export function buildKey(rebuild: RebuildRow): string {
  const { type } = parseComponentId(rebuild.component);
  const name = rebuild.component.slice(type.length + 1);
  return `${rebuild.cascade}_${type}_${name}_g${rebuild.generation}p${rebuild.pass}_a${rebuild.attempt}`;
}

export function keyOfRebuild({ cascade, component, generation, pass }: RebuildRow): RebuildKey {
  return { cascade, component, generation, pass };
}

/** The component that a rebuild's id names. */
export function componentOfId(id: string): ComponentId {
  return id.slice(id.indexOf('/') + 1, id.lastIndexOf('/'));
}

export function fullCounts(counts: CascadeRow['counts']): Record<RebuildState, number> {
  const all = rebuildStates.map((state) => [state, counts[state] ?? 0]);
  return Object.fromEntries(all) as Record<RebuildState, number>;
}

export function cascadeData(cascade: CascadeRow, why: string, by: string = cascade.by): CascadeData {
  return {
    cascade: cascade.id,
    release: cascade.release,
    state: cascade.state,
    roots: [...cascade.roots].slice(0, 1000),
    plan: Math.max(1, cascade.plan),
    tiers: cascade.tiers,
    counts: fullCounts(cascade.counts),
    by,
    why: clip(why, 1000),
  };
}

export function failureData(turn: Turn, rebuild: RebuildRow, evidence: Evidence, remedy: string[]): FailureData {
  const { definition } = turn.row('releases', rebuild.release);
  const waiting = waitingFor(turn, rebuild);
  return {
    ...keyOfRebuild(rebuild),
    release: rebuild.release,
    build: rebuild.build ?? buildKey(rebuild),
    nvr: rebuild.nvr,
    attempt: rebuild.attempt,
    evidence,
    cause: { component: rebuild.component, signature: evidence.signature },
    regression: regressionOf(turn, rebuild),
    waiting: waiting.slice(0, 200),
    waiting_count: waiting.length,
    remedy,
    owners: [...ownersOf(definition, rebuild.component)],
  };
}

/** Components that wait for a rebuild, directly or not, as far as the slice holds them. */
function waitingFor(turn: Turn, rebuild: RebuildRow): ComponentId[] {
  const seen = new Set<string>();
  const stack = [...rebuild.dependants];
  while (stack.length > 0) {
    const row = turn.find('rebuilds', stack.pop()!);
    if (!row || seen.has(row.id) || (row.state !== 'waiting' && row.state !== 'ready')) continue;
    seen.add(row.id);
    stack.push(...row.dependants);
  }
  const names = [...seen].map((id) => turn.row('rebuilds', id).component);
  return [...new Set(names)].filter((component) => component !== rebuild.component).sort();
}

/** The builder on this machine; every other build system has a door of its own for builds by hand. */
const localSystem = 'local-rpm';

/**
 * How a maintainer builds a component by hand, so that the cascade goes on from there. `repository`: the address of the
 * cascade's; a Koji hub's names the side tag (`…/repos/<tag>/latest/`).
 */
export function makeCommand(
  { release, cascade, component, system }: Pick<RebuildRow, 'release' | 'cascade' | 'component' | 'system'>,
  repository: string | null,
): string {
  if (system === null || system === localSystem) {
    return `millrace build make <your checkout> --release ${release} --cascade ${cascade}`;
  }
  const { type, name, stream } = parseComponentId(component);
  if (type === 'module') return `submit ${name}:${stream ?? ''} to ${system} (fedpkg module-build)`;
  const tag = /\/repos\/([^/]+)\//.exec(repository ?? '')?.[1] ?? `<the side tag of ${cascade} in ${system}>`;
  return `koji build ${tag} git+<the repository of ${name}>#<commit>`;
}

/** The command with the cascade's side tag in it, where there is one already. */
export function handCommand(turn: Turn, row: RebuildRow): string {
  return makeCommand(row, turn.find('cascades', row.cascade)?.repository?.address ?? null);
}

export function retryCommand(cascade: string, component: ComponentId): string {
  return `millrace cascade retry ${cascade} ${component}`;
}

export function sourceText(source: SourceRef | null): string {
  if (!source) return 'unknown';
  return source.kind === 'git' ? `${source.url}#${source.commit}` : `file://${source.path}`;
}

export function commitOf(source: SourceRef | null): string | null {
  return source?.kind === 'git' ? source.commit : null;
}

/** What a call that could not be made says about the build that it was for. */
export function evidenceOf(fault: Hindrance, stage: string): Evidence {
  const ours = fault.kind === 'unavailable' || fault.kind === 'bug' || fault.kind === 'conflict';
  return {
    class: ours ? 'infrastructure' : 'source',
    stage,
    // What a person must mend says how; ours is mended without one.
    summary: clip(ours || !fault.remedy ? fault.message : `${fault.message}: ${fault.remedy}`, 1000),
    tail: clip(`${fault.code}: ${fault.message}\n${fault.remedy ?? ''}\n`, 8000),
    logs: [],
    signature: digestOf({ code: fault.code, stage }),
  };
}

export function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

export function listed(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
