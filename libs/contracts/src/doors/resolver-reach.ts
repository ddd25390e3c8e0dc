import { z } from 'zod';
import { releaseName } from '../common';
import { componentIdSchema } from '../contents';
import { dependencyKinds } from './resolver';
import { ask } from './door';

export const scopeNames = ['capability', 'linked', 'direct', 'transitive'] as const;
const capability = z.string().min(1).max(4096);
const many = <Item extends z.ZodType>(item: Item) => z.array(item).max(10_000);
const snapshot = z.string().max(300).optional();
const cutNeed = z.object({ component: z.string(), without: z.string() });
const requirement = z.object({ id: z.string(), requirement: z.string() });
const inScope = z.object({ components: z.number().int(), tiers: z.number().int() });

export const reach = ask({
  owner: 'resolver',
  name: 'reach',
  about:
    'How far a change of components goes: who would be rebuilt in a scope and in which order, and how far it goes in the others. ' +
    'With `lost`, what breaks when these capabilities are no longer offered.',
  request: z.object({
    release: releaseName,
    snapshot,
    changed: many(componentIdSchema).min(1),
    /** Absent: `capability` when capabilities are named as lost, else the scope of the release, else `direct`. */
    scope: z.enum(scopeNames).optional(),
    lost: many(capability).default([]),
    /** Patterns of capabilities and components that do not propagate, beside those of the release. */
    tools: many(capability).default([]),
    /**
     * What the new builds of the changed components offer instead of all that they offer now, such as `libssl.so.4` or
     * `libssl3 = 3.1`; absent: what `lost` says.
     */
    provides: many(capability).optional(),
    /** Kinds of dependency that count; absent: every one. */
    kinds: many(z.enum(dependencyKinds)).min(1).optional(),
    /** Types of component that are told (`rpm`, `image`); a change goes on through the others. Absent: every one. */
    types: many(z.string().regex(/^[a-z]{1,20}$/))
      .min(1)
      .optional(),
    /** Patterns of components that are not rebuilt, and through which a change goes no further. */
    stop: many(capability).default([]),
    /** Members of the set, and of each other list, that are told; absent: all. */
    limit: z.coerce.number().int().min(1).max(100_000).optional(),
    offset: z.coerce.number().int().nonnegative().default(0),
    /** Tells the tiers as release teams count them, too. */
    levels: z.boolean().default(false),
  }),
  reply: z.object({
    snapshot: z.string(),
    release: releaseName,
    changed: z.array(z.string()),
    scope: z.enum(scopeNames),
    /**
     * Tiers by direct build dependencies alone, as `ben` counts them: of the set, and of it with the changed components
     * and those that need a change. `tiers` counts over whole build chroots, which is the order to build in.
     */
    levels: z.object({ tiers: z.number().int(), with_changed: z.number().int() }).optional(),
    /** Without the changed components. */
    components: z.number().int(),
    tiers: z.number().int(),
    knots: z.number().int(),
    set: z.array(
      z.object({
        id: z.string(),
        tier: z.number().int(),
        pass: z.number().int(),
        needs: z.array(z.string()),
        why: z.array(z.string()),
      }),
    ),
    scopes: z.object({ capability: inScope, linked: inScope, direct: inScope, transitive: inScope }),
    /** Cannot be built as they are: their builds lost something. */
    needsChange: z.array(requirement),
    /** Satisfied by somebody else now. */
    moved: z.array(requirement),
    notOffered: z.array(z.string()),
    /** With `lost` or `provides`: which capabilities the new builds lose, offer in other versions, or add. */
    capabilities: z
      .object({
        lost: z.array(z.string()),
        changed: z.array(z.object({ name: z.string(), from: z.string(), to: z.string() })),
        added: z.array(z.string()),
      })
      .optional(),
    /** Steps of the whole set: who is built in two passes has two. */
    total: z.number().int(),
    /** How each knot is built: by bootstrap recipes of `first`, or once, with the needs of `cut` met by old builds. */
    plans: z.array(
      z.object({
        members: z.array(z.string()),
        first: z.array(z.string()),
        cut: z.array(cutNeed),
        /** How many needs are cut; the first of them are listed, and all of them by `order`. */
        cuts: z.number().int(),
      }),
    ),
    /** Reached, but not made by this release: never rebuilt. */
    external: z.array(z.string()),
    /** With `lost` or `provides`: who uses what changed and loses nothing. At most 10,000 are told at once. */
    unaffected: z.array(z.string()),
    /** Module streams that the release's policy keeps out, and why; and what the import of the snapshot left out. */
    left_out: z.array(z.object({ id: z.string(), because: z.string() })),
    /** How long the lists beside the set are; a page is one of each. */
    totals: z
      .object({
        ...{ needsChange: z.number().int(), moved: z.number().int(), plans: z.number().int() },
        ...{ external: z.number().int(), unaffected: z.number().int(), left_out: z.number().int() },
      })
      .optional(),
  }),
  http: { method: 'POST', path: '/api/v1/reach' },
});

/** What a build offers instead, or what is lost: one of them is given. */
export const whatIf = ask({
  owner: 'resolver',
  name: 'what-if',
  about:
    'Who breaks, who must be rebuilt and who is unaffected when builds offer something else, or capabilities are lost.',
  request: reach.request.refine((asked) => asked.lost.length > 0 || asked.provides !== undefined, {
    message: 'neither `lost` nor `provides` is given',
    path: ['lost'],
  }),
  reply: reach.reply,
  http: { method: 'POST', path: '/api/v1/what-if' },
});
