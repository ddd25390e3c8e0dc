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
const installable = `${builtinPrefix}installable`;

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
  /**
   * What keeps its packages from being installed, or why nobody could look; `later`: the resolver says it when it compares
   * the build; null: it has no packages.
   */
  readonly unmet: Unmet | 'later' | null;
}

type Unmet = readonly string[] | { readonly unseen: string };

/** Checks that a build can be put to as soon as it is there; whom its dependants lose it to is known later. */
export function builtinChecks({ contents, before, needs, unmet }: CheckedBuild): readonly BuiltinCheck[] {
  return [
    ...(unmet === null || unmet === 'later' ? [] : [installing(unmet)]),
    upgradePath(contents, before),
    plannedInputs(contents, needs),
  ];
}

function installing(unmet: Unmet): BuiltinCheck {
  if ('unseen' in unmet) {
    const note = clip(`nobody could look whether it can be installed: ${unmet.unseen}`, 1000);
    return { test: installable, outcome: 'INFO', note };
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

/** Names of the checks that the gate may wait for: those that were made, and those that the resolver's word makes. */
export function awaitedChecks(build: BuildRow): readonly string[] {
  const made = (build.checks ?? []).map(({ test }) => test);
  if (made.length === 0 || build.rebuild === null || build.bootstrap) return made;
  const later = isPackage(build) ? [dependencies, installable] : [dependencies];
  return [...made, ...later.filter((test) => !made.includes(test))];
}

function isPackage({ component }: Pick<BuildRow, 'component'>): boolean {
  return component.startsWith('rpm/');
}

/**
 * The resolver has said who loses what by this build: broken is who loses something and is not built again for it. Where
 * its build system could not look whether it can be installed, the resolver has.
 */
export function checkDependants(
  turn: Turn,
  rebuild: RebuildRow,
  { lost, added, unmet }: Extract<RebuildInput, { type: 'build.compared' }>,
  planned: ReadonlySet<ComponentId>,
): void {
  const build = rebuild.build === null ? undefined : turn.find('builds', rebuild.build);
  if (!build?.checks || build.checks.length === 0 || build.bootstrap) return;
  const joins = new Set(added.map(({ component }) => component));
  const broken = lost.filter(({ dependant }) => !planned.has(dependant) && !joins.has(dependant));
  const words = broken.map(({ dependant, requirement }) => `${dependant} loses ${requirement}`);
  const wrong = words.length === 0 ? null : `who is not built again breaks: ${listed(words)}`;
  const fresh = [
    ...installableLater(build, unmet),
    check('dependencies', wrong, 'who loses something by it is built again'),
  ];
  const names = fresh.map(({ test }) => test);
  turn.put('builds', { ...build, checks: [...build.checks.filter(({ test }) => !names.includes(test)), ...fresh] });
  if (!build.subject) return;
  const { subject, release, id, component } = build;
  for (const one of fresh) {
    turn.say(schedulerResultReported, subject.id, { subject, release, build: id, ...one }, component);
  }
}

/** What its build system has said stands. */
function installableLater(build: BuildRow, unmet: readonly string[] | undefined): readonly BuiltinCheck[] {
  const made = build.checks?.find(({ test }) => test === installable);
  if (!isPackage(build) || (made && (made.outcome !== 'INFO' || unmet === undefined))) return [];
  return [installing(unmet ?? { unseen: 'the resolver does not say' })];
}
