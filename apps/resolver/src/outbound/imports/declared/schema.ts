import { z } from 'zod';
import { some } from '../order';

/** What a declared component may list. */
export const lists = ['contains', 'built_on', 'build_requires', 'installs', 'provides', 'requires'] as const;
export type List = (typeof lists)[number];

/** What an import of declared components names. */
export const declaredInput = z.object({ sources: some('a file of declared components') });

/** People write these files: none is larger. */
export const mostDeclaredBytes = 4 * 1024 * 1024;
