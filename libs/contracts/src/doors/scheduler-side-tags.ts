import { z } from 'zod';
import { releaseName } from '../common';
import { componentIdSchema } from '../contents';
import { sideTagStates } from '../side-tags';
import { ask, command } from './door';

const why = z.string().max(1000).default('');
const tag = z.string().min(1).max(256);
const cascade = z.string().max(200);
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).default(false);

export const sideTagView = z.object({
  release: releaseName,
  cascade: cascade.nullable(),
  tag,
  state: z.enum(sideTagStates),
  /** Builds in it, inherited ones not counted. */
  builds: z.number().int(),
  /** Seconds since it was made; null: not known. */
  age: z.number().int().nullable(),
  owner: z.string().nullable(),
  /** Ours, and nobody needs it any more. */
  orphan: z.boolean(),
  /** `millrace sidetag clean` removes it as it is. */
  removable: z.boolean(),
  /** A person made it. */
  adopted: z.boolean(),
  system: z.string(),
  base: z.string(),
  createdAt: z.string().nullable(),
  /** NVRs that did not land, the first of them. */
  unlanded: z.array(z.string()),
  /** Why it is where it is, and what hinders an act. */
  because: z.string(),
  remedy: z.string().nullable(),
});

export const sideTags = ask({
  owner: 'scheduler',
  name: 'side-tags',
  about: 'Side tags of cascades, as the build systems have them now: ours, those in use, and orphans.',
  request: z.object({
    release: releaseName.optional(),
    cascade: cascade.optional(),
    /** Other people's, too. */
    all: flag,
  }),
  reply: z.object({
    sideTags: z.array(sideTagView),
    /** Build systems that could not be asked, and why. */
    unknown: z.array(z.object({ system: z.string(), release: releaseName, because: z.string() })),
  }),
  http: { method: 'GET', path: '/api/v1/side-tags' },
});

export const sideTagMoves = ask({
  owner: 'scheduler',
  name: 'side-tag-moves',
  about: 'What came into the base while a cascade ran, newest last, and whether the cascade is built with it.',
  request: z.object({ cascade }),
  reply: z.object({
    cascade,
    policy: z.enum(['follow', 'pin']),
    /** Also those that are not listed. */
    count: z.number().int(),
    moves: z.array(
      z.object({
        component: componentIdSchema,
        nvr: z.string(),
        was: z.string().nullable(),
        by: z.string().nullable(),
        at: z.string(),
        /** `follow`: the cascade is built with it; `pin`: with what was there before; `own`: with its own rebuild. */
        effect: z.enum(['follow', 'pin', 'own']),
      }),
    ),
  }),
  http: { method: 'GET', path: '/api/v1/cascades/{cascade}/base-moves' },
});

export const sideTagAdopt = command({
  owner: 'scheduler',
  name: 'side-tag-adopt',
  about: 'Lets a cascade build in a side tag that somebody made, with what it validated before and what is in there.',
  request: z.object({ tag, cascade, why }),
  reply: z.object({ release: releaseName, cascade, tag, text: z.string() }),
  http: { method: 'POST', path: '/admin/v1/side-tags/{tag}/adopt' },
  role: 'releng',
});

export const sideTagClean = command({
  owner: 'scheduler',
  name: 'side-tag-clean',
  about: 'Removes side tags of ours that nobody needs: all orphans of a release, or the named ones.',
  request: z.object({
    release: releaseName,
    tags: z.array(tag).max(1000).optional(),
    /** Those too that have what did not land. */
    unlanded: z.boolean().default(false),
    why,
  }),
  reply: z.object({
    release: releaseName,
    removing: z.array(tag),
    left: z.array(z.object({ tag, because: z.string() })),
  }),
  http: { method: 'POST', path: '/admin/v1/releases/{release}/side-tags/clean' },
  role: 'releng',
});
