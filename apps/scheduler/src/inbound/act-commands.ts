import { doors, durationMs, type SourceRef } from '@millrace/contracts';
import { AppError, later, moment, msOf, type ComponentId, type Moment } from '@millrace/kernel';
import { obey, type BoundDoor } from '@millrace/service';
import type { ActInput, ActScope, OpenTest, Verb } from '../domain/acts/act-input';
import type { Input } from '../domain/input';
import { inCascade, inRelease } from './scopes';

const own = doors.scheduler;

export interface ActLookups {
  /** The release of a cascade; throws when there is no such cascade. */
  releaseOf(cascade: string): Promise<string>;
  /** Where a component is built from; throws when the graph or its source does not know it. */
  source(release: string, component: ComponentId, commit: string | undefined): Promise<SourceRef | null>;
  /** Heads of what failed: a retry builds from there, since it may have been fixed. */
  failedHeads(release: string, scope: ActScope): Promise<Readonly<Record<ComponentId, SourceRef>>>;
  /** Tests that keep gates shut, as the bridge says now. */
  openTests(release: string, scope: ActScope): Promise<readonly OpenTest[]>;
}

interface Asked {
  readonly component?: ComponentId | undefined;
  readonly tier?: number | undefined;
  readonly all?: boolean;
  readonly why: string;
}

/** What people do to a rebuild, a tier or a cascade, and to a component or everything in a release: one request each. */
export function actCommands(look: ActLookups): readonly BoundDoor<Input>[] {
  return [...endings(look), ...retries(look), ...members(look), ...waivers(look)];
}

/** Cancel, skip and remove: they differ only in what they do. */
function endings(look: ActLookups): readonly BoundDoor<Input>[] {
  const inOne = async (verb: 'cancel' | 'skip' | 'remove', { cascade, ...asked }: Asked & { cascade: string }) =>
    actIn(verb, await look.releaseOf(cascade), inCascade(cascade, asked), asked);
  const inAll = (verb: 'cancel' | 'skip' | 'remove', { release, ...asked }: Asked & { release: string }): Input =>
    wide(verb, release, inRelease(asked.component), asked);
  return [
    obey(own.cascadeCancel, (request) => inOne('cancel', request)),
    obey(own.cascadeSkip, (request) => inOne('skip', request)),
    obey(own.cascadeRemove, (request) => inOne('remove', request)),
    obey(own.releaseCancel, (request) => inAll('cancel', request)),
    obey(own.releaseSkip, (request) => inAll('skip', request)),
    obey(own.releaseRemove, (request) => inAll('remove', request)),
  ];
}

/** One rebuild, or all of a cascade where that is one thing, is an act by itself. */
function actIn(verb: 'cancel' | 'skip' | 'remove', release: string, scope: ActScope, asked: Asked): Input {
  const { cascade, component, tier } = scope;
  const whole = component === null && tier === null && verb === 'cancel';
  if (component === null && !whole) return wide(verb, release, scope, asked);
  return { type: `cascade.${verb}`, release, cascade: cascade!, component, why: asked.why };
}

function retries(look: ActLookups): readonly BoundDoor<Input>[] {
  return [
    obey(own.cascadeRetry, async ({ cascade, why, ...asked }): Promise<Input> => {
      const release = await look.releaseOf(cascade);
      const scope = inCascade(cascade, asked);
      const sources = await look.failedHeads(release, scope);
      if (scope.component === null) return { ...wide('retry', release, scope, { why }), sources };
      return { type: 'cascade.retry', release, cascade, component: scope.component, why, sources };
    }),
    obey(own.releaseRetry, async ({ release, component, why }): Promise<Input> => {
      const scope = inRelease(component);
      return { ...wide('retry', release, scope, { why }), sources: await look.failedHeads(release, scope) };
    }),
  ];
}

function members(look: ActLookups): readonly BoundDoor<Input>[] {
  return [
    obey(own.cascadeAdd, async ({ cascade, component, commit, why }): Promise<Input> => {
      const release = await look.releaseOf(cascade);
      const source = await look.source(release, component, commit);
      return { type: 'cascade.add', release, cascade, component, source, why };
    }),
    obey(own.releaseAdd, async ({ release, component, commit, why }): Promise<Input> => {
      const source = await look.source(release, component, commit);
      return { ...wide('add', release, inRelease(component), { why }), source };
    }),
    obey(own.cascadeRaise, async ({ cascade, priority, why, ...asked }): Promise<Input> => {
      const release = await look.releaseOf(cascade);
      const scope = inCascade(cascade, asked);
      if (scope.tier !== null) return { ...wide('raise', release, scope, { why }), priority };
      return { type: 'cascade.raise', release, cascade, component: scope.component, priority, why };
    }),
    obey(own.releaseRaise, ({ release, component, priority, why }): Input => {
      return { ...wide('raise', release, inRelease(component), { why }), priority };
    }),
  ];
}

function waivers(look: ActLookups): readonly BoundDoor<Input>[] {
  const wanted = async (release: string, scope: ActScope, { comment, expires }: Waiving): Promise<Input> => {
    const tests = await look.openTests(release, scope);
    return { type: 'waivers.wanted', release, scope, comment, expires: expiryOf(expires), tests };
  };
  return [
    obey(own.cascadeWaive, async ({ cascade, ...request }): Promise<Input> => {
      return wanted(await look.releaseOf(cascade), inCascade(cascade, request), request);
    }),
    obey(own.releaseWaive, ({ release, component, ...request }) => wanted(release, inRelease(component), request)),
  ];
}

interface Waiving {
  readonly comment: string;
  readonly expires?: string | undefined;
}

/** A time, or how long from now on. */
function expiryOf(text: string | undefined): Moment | null {
  if (text === undefined) return null;
  if (/^\d+(ms|s|m|h|d)$/.test(text)) return later(moment(Date.now()), durationMs(text));
  const at = /^\d{4}-\d\d-\d\dT/.test(text) ? msOf(text) : Number.NaN;
  if (!Number.isNaN(at)) return moment(at);
  throw new AppError({
    code: 'expiry-malformed',
    kind: 'invalid',
    message: `'${text}' is no time and no duration`,
    remedy: 'write e.g. 7d, or 2026-12-31T00:00:00Z',
  });
}

function wide(verb: Verb, release: string, scope: ActScope, { all = false, why }: Asked): ManyWanted {
  return { type: 'acts.wanted', verb, release, scope, all, why, priority: 0, source: null, sources: {} };
}

type ManyWanted = Extract<ActInput, { type: 'acts.wanted' }>;
