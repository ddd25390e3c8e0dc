import { doors, type DoorReply, type Urgency } from '@millrace/contracts';
import { AppError } from '@millrace/kernel';
import { answer, obey, type BoundDoor } from '@millrace/service';
import type { Input, ReportedChange } from '../domain/input';
import type { NvrLookups } from '../domain/nvrs/question';
import { changeOfSet, isEmptySet, mostDone, type FoundSet, type WantedSet } from '../domain/sets/wanted-set';

const own = doors.scheduler;

type Impact = DoorReply<(typeof doors)['resolver']['impact']>;
type Plan = DoorReply<(typeof doors)['scheduler']['cascadePlan']>;
type Members = FoundSet['members'];

/** What must be known of a set before it becomes an input; each is asked outside, and throws when it cannot be had. */
export interface SetLookups extends Pick<NvrLookups, 'nvrsOf'> {
  set(release: string, wanted: WantedSet): Promise<FoundSet>;
  /** The plan of its members, as it would be made. */
  impact(
    release: string,
    members: Members,
    how: { readonly preview: boolean; readonly ordered: boolean },
  ): Promise<Impact>;
  /** What a plan takes, and how far a change of its members goes in each scope. */
  outlook(
    release: string,
    impact: Impact,
    members: Members,
    scopes: readonly Plan['scopes'][number]['scope'][],
    asked: { readonly by: string | null; readonly urgency: Urgency },
  ): Promise<Pick<Plan, 'outlook' | 'scopes' | 'budget'>>;
  /** A plan of the release starts by itself. */
  acts(release: string): Promise<boolean>;
}

/** Sets of components: what a cascade of one would do, and its start. */
export function setCommands(look: SetLookups): readonly BoundDoor<Input>[] {
  return [
    obey(own.cascadeStart, async (request, { name: by }): Promise<Input> => {
      const { release, urgency, why } = request;
      const found = await foundSet(look, request);
      const unknown = await checked(look, request, found);
      const change = changeOfSet({ release, by, why, urgency: urgency ?? usualOf(request) }, request, found, unknown);
      return { type: 'change.reported', release, change, asked: true };
    }),
    answer(own.cascadePlan, async (request, { name: by }) => {
      const { release, all, query, ordered, scopes } = request;
      const { members, done } = await foundSet(look, request);
      const impact = await look.impact(release, members, { preview: true, ordered });
      if (impact.unknown.length > 0) throw unknownMembers(release, impact.unknown);
      const nvrs = await look.nvrsOf(release, namesOf(impact));
      const rebuilds = impact.rebuilds.map(({ component, pass, tier, needs, because }) => {
        const nvr = nvrs.get(component);
        return { component, pass, tier, needs: needs.map((need) => need.component), because, ...(nvr ? { nvr } : {}) };
      });
      const { snapshot, tiers, knots, likely, atMost } = impact;
      const outlook = await look.outlook(release, impact, members, all || query ? [] : scopes, {
        ...{ by, urgency: usualOf(request) },
      });
      const left = done.slice(0, mostDone).map((one) => ({ ...one }));
      return { snapshot, tiers, knots, rebuilds, likely, atMost, ...outlook, done: left, done_count: done.length };
    }),
  ];
}

function namesOf({ rebuilds }: Impact): readonly string[] {
  return rebuilds.map((one) => one.component);
}

async function foundSet(look: SetLookups, request: WantedSet & { readonly release: string }): Promise<FoundSet> {
  if (isEmptySet(request)) throw nothingNamed();
  const found = await look.set(request.release, request);
  if (found.members.length > 0 || found.done.length > 0) return found;
  throw new AppError({
    code: 'set-empty',
    kind: 'missing',
    message: `no component of ${request.release} is in this set`,
    remedy: 'widen the query; `millrace graph show` and `millrace graph search` say what there is',
  });
}

interface Start extends WantedSet {
  readonly release: string;
  readonly urgency?: Urgency | undefined;
  readonly confirm?: number | undefined;
  readonly unconfirmed?: number | undefined;
}

/** Members that the graph does not know. Throws when more would start than whoever asks has agreed to. */
async function checked(look: SetLookups, request: Start, { members }: FoundSet): Promise<ReportedChange['unknown']> {
  const { release, ordered, confirm, unconfirmed } = request;
  const asks = confirm !== undefined || (unconfirmed !== undefined && (await look.acts(release)));
  if (members === 'all' && !asks) return [];
  if (members.length === 0) return [];
  const impact = await look.impact(release, members, { preview: false, ordered });
  if (impact.unknown.length > 0 || !asks) return impact.unknown;
  const count = impact.rebuilds.length;
  if (confirm === count || (confirm === undefined && count <= (unconfirmed ?? Infinity))) return [];
  throw await notConfirmed(look, request, impact, members);
}

async function notConfirmed(look: SetLookups, request: Start, impact: Impact, members: Members): Promise<AppError> {
  const { release, confirm } = request;
  const asked = { by: null, urgency: request.urgency ?? usualOf(request) };
  const { outlook } = await look.outlook(release, impact, members, [], asked);
  const { rebuilds, tiers, builderHours, expectedHours } = outlook;
  const takes = `${builderHours.toFixed(1)} hours of builders, ${expectedHours.toFixed(1)} hours from start to end`;
  const would = `it would start ${rebuilds} builds in ${tiers} tiers: ${takes}`;
  return new AppError({
    code: confirm === undefined ? 'set-unconfirmed' : 'set-changed',
    kind: 'conflict',
    message: confirm === undefined ? would : `${would}, and not the ${confirm} that were confirmed`,
    remedy: `look at it with \`millrace cascade plan\`, and start it with --confirm ${rebuilds}`,
  });
}

/** Of a set of all, or by a query, others come first. */
function usualOf({ all, query }: WantedSet): Urgency {
  return all || query ? 'background' : 'normal';
}

function nothingNamed(): AppError {
  return new AppError({
    code: 'components-missing',
    kind: 'invalid',
    message: 'no component is named',
    remedy: 'name components, ask for all, or give a query',
  });
}

function unknownMembers(release: string, unknown: Impact['unknown']): AppError {
  const names = unknown.slice(0, 5).map((one) => one.component);
  const hints = unknown.slice(0, 3).map((one) => one.hint);
  return new AppError({
    code: 'component-unknown',
    kind: 'missing',
    message: `release ${release} has no component ${names.join(', ')}`,
    remedy: hints.join('; '),
  });
}
