import { assertNever, AppError } from '@millrace/kernel';
import type { ForgeSettings } from '../schema';
import type { Forge, ForgeTongue, ListedRequest, PullRequest, PullRequestWanted } from './forge';
import { forgejo } from './forgejo';
import { github } from './github';
import { gitlab } from './gitlab';
import { pagure } from './pagure';

const mostPages = 50;

/** Nothing is sent before the first question. */
export function connectToForge(settings: ForgeSettings): Forge {
  const tongue = tongueOf(settings);
  const find: Forge['find'] = async (wanted) => {
    const found = await findIn(tongue, wanted);
    return found && requestOf(found);
  };
  return {
    find,
    open: async (request) => {
      const made = (await findIn(tongue, request)) ?? (await tongue.create(request)) ?? (await findIn(tongue, request));
      if (made) return requestOf(made);
      throw new AppError({
        code: 'forge-answer',
        kind: 'unavailable',
        message: `${settings.address} says that ${request.project} has a request from ${request.from}, but lists none of ours`,
        remedy: 'look at the requests of that project, and remove the branch when it is not ours',
      });
    },
  };
}

function tongueOf(settings: ForgeSettings): ForgeTongue {
  switch (settings.kind) {
    case 'forgejo':
      return forgejo(settings);
    case 'github':
      return github(settings);
    case 'gitlab':
      return gitlab(settings);
    case 'pagure':
      return pagure(settings);
    default:
      return assertNever(settings.kind);
  }
}

async function findIn(tongue: ForgeTongue, wanted: PullRequestWanted): Promise<ListedRequest | null> {
  for (let page = 1; page <= mostPages; page++) {
    const listed = await tongue.page(wanted, page);
    if (listed === null || listed.length === 0) return null;
    const ours = listed.filter((one) => isOurs(one, wanted)).sort((a, b) => b.number - a.number)[0];
    if (ours) return ours;
  }
  return null;
}

function isOurs({ from, to, body }: ListedRequest, wanted: PullRequestWanted): boolean {
  return from === wanted.from && to === wanted.to && body.split(/\r?\n/).some((line) => line.trim() === wanted.marker);
}

function requestOf({ number, url, state, mergedAs }: ListedRequest): PullRequest {
  return { number, url, state, mergedAs };
}
