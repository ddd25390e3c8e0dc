import type { Forge } from './forge';
import { forgejo } from './forgejo/map';
import { github } from './github/map';
import { gitlab } from './gitlab/map';
import { pagure } from './pagure/map';

/** The forges whose webhooks are understood: one folder each. */
export const forges: readonly Forge[] = [forgejo, github, gitlab, pagure];
