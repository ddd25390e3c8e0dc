import { doors, type DoorReply, type SourceRef } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { answer, obey, type BoundDoor } from '@millrace/service';
import type { Input, ReportedChange } from '../domain/input';
import type { CascadeRow } from '../domain/state';

const own = doors.scheduler;

type Checked = Pick<ReportedChange, 'components' | 'unknown'>;
type Impact = DoorReply<(typeof doors)['resolver']['impact']>;
type Plan = DoorReply<(typeof doors)['scheduler']['cascadePlan']>;

/** What commands must know before they become inputs; each is asked outside, and throws when it cannot be had. */
export interface Lookups {
  cascade(id: string): Promise<CascadeRow>;
  /** Splits components into known ones with their sources, and unknown ones with hints. */
  check(
    release: string,
    components: readonly { readonly component: string; readonly commit?: string | undefined }[],
  ): Promise<Checked>;
  impact(release: string, members: readonly string[] | 'all', preview: boolean): Promise<Impact>;
  /** What a plan takes, and how far a change of its members goes in each scope. */
  outlook(
    release: string,
    impact: Impact,
    members: readonly string[] | 'all',
    scopes: readonly Plan['scopes'][number]['scope'][],
  ): Promise<Pick<Plan, 'outlook' | 'scopes'>>;
  head(release: string, component: string): Promise<SourceRef>;
  /** Heads of what failed in a cascade: a retry builds from there, since it may have been fixed. */
  failedHeads(cascade: CascadeRow, component: string | null): Promise<Readonly<Record<string, SourceRef>>>;
}

/** Commands of people and of other services, and the questions that must be asked outside. */
export function commands(look: Lookups): readonly BoundDoor<Input>[] {
  const about = async (request: { cascade: string; component?: string | undefined; why: string }) => {
    const { release } = await look.cascade(request.cascade);
    return { release, cascade: request.cascade, component: request.component ?? null, why: request.why };
  };
  return [
    obey(own.releaseApply, ({ definition, why, confirm: confirmed = null }): Input => {
      return { type: 'release.apply', release: definition.release, definition, why, confirmed };
    }),
    obey(own.changeReport, async ({ release, components, urgency, why }, { name: by }): Promise<Input> => {
      const checked = await look.check(release, components);
      return asked({ release, kind: 'commit', all: false, urgency, by, why: why || 'it was reported', ...checked });
    }),
    obey(own.cascadeStart, async ({ release, components, all, why }, { name: by }): Promise<Input> => {
      const checked = all ? { components: [], unknown: [] } : await checkSet(look, release, components);
      return asked({ release, kind: 'set', all, urgency: 'normal', by, why: why || 'it was asked for', ...checked });
    }),
    obey(own.cascadeCancel, async (request): Promise<Input> => ({ type: 'cascade.cancel', ...(await about(request)) })),
    obey(own.cascadeSkip, async (request): Promise<Input> => ({ type: 'cascade.skip', ...(await about(request)) })),
    obey(own.cascadeRetry, async (request): Promise<Input> => {
      const person = await about(request);
      return {
        type: 'cascade.retry',
        ...person,
        sources: await look.failedHeads(await look.cascade(person.cascade), person.component),
      };
    }),
    obey(own.buildAdopt, async ({ build, cascade, why }): Promise<Input> => {
      const { release } = await look.cascade(cascade);
      return { type: 'build.adopt', release, cascade, build, why };
    }),
    answer(own.sourceHead, async ({ release, component }) => {
      return { source: await look.head(release, component) };
    }),
    answer(own.cascadePlan, async ({ release, components, all, scopes }) => {
      const members = all ? ('all' as const) : components;
      if (members.length === 0) throw nothingNamed();
      const impact = await look.impact(release, members, true);
      if (impact.unknown.length > 0) throw unknownMembers(release, impact.unknown);
      const rebuilds = impact.rebuilds.map(({ component, pass, tier, needs, because }) => {
        return { component, pass, tier, needs: needs.map((need) => need.component), because };
      });
      const { snapshot, tiers, knots, likely, atMost } = impact;
      const outlook = await look.outlook(release, impact, members, scopes);
      return { snapshot, tiers, knots, rebuilds, likely, atMost, ...outlook };
    }),
  ];
}

function asked(change: Omit<ReportedChange, 'id'>): Input {
  return { type: 'change.reported', release: change.release, change: { id: null, ...change }, asked: true };
}

/** Members of a set are built from the heads that the plan looks up. */
async function checkSet(look: Lookups, release: string, components: readonly string[]): Promise<Checked> {
  if (components.length === 0) throw nothingNamed();
  const { unknown } = await look.impact(release, components, false);
  const strange = new Set(unknown.map((one) => one.component));
  const known = components.filter((one) => !strange.has(one));
  return { components: known.map((component) => ({ component, source: null, nvr: null })), unknown };
}

function nothingNamed(): AppError {
  return new AppError({
    code: 'components-missing',
    kind: 'invalid',
    message: 'no component is named',
    remedy: 'name components, or ask for all',
  });
}

function unknownMembers(
  release: string,
  unknown: readonly { readonly component: string; readonly hint: string }[],
): AppError {
  const names = unknown.slice(0, 5).map((one) => one.component);
  return new AppError({
    code: 'component-unknown',
    kind: 'missing',
    message: `release ${release} has no component ${names.join(', ')}`,
    remedy: unknown
      .slice(0, 3)
      .map((one) => one.hint)
      .join('; '),
  });
}
