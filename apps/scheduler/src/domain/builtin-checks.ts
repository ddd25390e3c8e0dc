import {
  builtinPrefix,
  globMatches,
  schedulerResultReported,
  whenNoTestsOf,
  type Contents,
  type GatePolicy,
  type ReleaseDefinition,
} from '@millrace/contracts';
import { parseComponentId, type ComponentId } from '@millrace/kernel';
import { compareEvr } from '@millrace/package-metadata';
import type { RebuildInput } from './input';
import { staleInput } from './inputs';
import { isOfRebuilds, subjectTypeOf } from './policy';
import type { BuildRow, BuiltinCheck, RebuildRow } from './state';
import type { Turn } from './turn';
import { clip, listed } from './words';

const dependencies = `${builtinPrefix}dependencies`;

/** Does a gate look at checks of ours? Where rules name tests for every build of its kind, those of CI systems decide. */
export function asksBuiltin(definition: ReleaseDefinition, component: ComponentId): boolean {
  const type = subjectTypeOf(component);
  const { name } = parseComponentId(component);
  const gates = definition.gates.filter(
    (gate) => isOfRebuilds(gate) && gate.subject_types.includes(type) && speaksOf(gate, name),
  );
  const rules = gates.flatMap((gate) => gate.rules);
  if (rules.length > 0) return rules.some(({ test }) => test.startsWith(builtinPrefix));
  const own = whenNoTestsOf(definition, component);
  if (own !== null) return own === 'builtin';
  const said = gates.flatMap((gate) => gate.when_no_tests ?? []);
  return said.includes('builtin') || (said.length === 0 && (definition.when_no_tests ?? 'builtin') === 'builtin');
}

function speaksOf({ packages, excluded_packages }: GatePolicy, name: string): boolean {
  const isIn = (globs: readonly string[]): boolean => globs.some((glob) => globMatches(glob, name));
  return isIn(packages) && !isIn(excluded_packages);
}

/** What the checks of one build look at. */
export interface CheckedBuild {
  readonly contents: Contents;
  /** Of the build that it takes the place of; null: it is the first. */
  readonly before: Contents | null;
  /** Rebuilds of its cascade that it needs. */
  readonly needs: readonly RebuildRow[];
  /** What keeps its packages from being installed, or why nobody could look; null: it has no packages. */
  readonly unmet: readonly string[] | { readonly unseen: string } | null;
}

/** Checks that a build can be put to as soon as it is there; whom its dependants lose it to is known later. */
export function builtinChecks({ contents, before, needs, unmet }: CheckedBuild): readonly BuiltinCheck[] {
  return [
    ...(unmet === null ? [] : [installable(unmet)]),
    upgradePath(contents, before),
    plannedInputs(contents, needs),
  ];
}

function installable(unmet: NonNullable<CheckedBuild['unmet']>): BuiltinCheck {
  if ('unseen' in unmet) {
    const note = clip(`nobody could look whether it can be installed: ${unmet.unseen}`, 1000);
    return { test: `${builtinPrefix}installable`, outcome: 'INFO', note };
  }
  const missing = `it cannot be installed: nothing provides ${listed(unmet)}`;
  return check('installable', unmet.length === 0 ? null : missing, 'all that its packages require is there');
}

function upgradePath(contents: Contents, before: Contents | null): BuiltinCheck {
  const older = contents.packages.flatMap((made) => {
    const of = before?.packages.find(({ name, arch }) => name === made.name && arch === made.arch);
    return of && compareEvr(made, of) < 0 ? [`${made.name} ${evr(made)} is older than ${evr(of)}`] : [];
  });
  const fine = before === null ? 'it takes the place of nothing' : `nothing of it is older than ${before.nvr}`;
  return check('upgrade-path', older.length === 0 ? null : `it would not be updated to: ${listed(older)}`, fine);
}

function plannedInputs(contents: Contents, needs: readonly RebuildRow[]): BuiltinCheck {
  const stale = needs.map((need) => staleInput(need, contents)).find((one) => one !== null);
  return check('planned-inputs', stale ?? null, 'it was built with what its cascade has made');
}

function check(name: string, wrong: string | null, fine: string): BuiltinCheck {
  const outcome = wrong === null ? 'PASSED' : 'FAILED';
  return { test: `${builtinPrefix}${name}`, outcome, note: clip(wrong ?? fine, 1000) };
}

function evr({ epoch, version, release }: Contents['packages'][number]): string {
  return `${epoch === '0' ? '' : `${epoch}:`}${version}-${release}`;
}

/** Names of the checks that the gate may wait for: those that were made, and the one that the resolver's word makes. */
export function awaitedChecks(build: BuildRow): readonly string[] {
  const made = (build.checks ?? []).map(({ test }) => test);
  const later = build.rebuild !== null && !build.bootstrap && !made.includes(dependencies) ? [dependencies] : [];
  return made.length === 0 ? [] : [...made, ...later];
}

/** The resolver has said who loses what by this build: broken is who loses something and is not built again for it. */
export function checkDependants(
  turn: Turn,
  rebuild: RebuildRow,
  { lost, added }: Extract<RebuildInput, { type: 'build.compared' }>,
  planned: ReadonlySet<ComponentId>,
): void {
  const build = rebuild.build === null ? undefined : turn.find('builds', rebuild.build);
  if (!build?.checks || build.checks.length === 0 || build.bootstrap) return;
  const joins = new Set(added.map(({ component }) => component));
  const broken = lost.filter(({ dependant }) => !planned.has(dependant) && !joins.has(dependant));
  const words = broken.map(({ dependant, requirement }) => `${dependant} loses ${requirement}`);
  const wrong = words.length === 0 ? null : `who is not built again breaks: ${listed(words)}`;
  const one = check('dependencies', wrong, 'who loses something by it is built again');
  turn.put('builds', { ...build, checks: [...build.checks.filter(({ test }) => test !== dependencies), one] });
  if (!build.subject) return;
  const { subject, release, id, component } = build;
  turn.say(schedulerResultReported, subject.id, { subject, release, build: id, ...one }, component);
}
