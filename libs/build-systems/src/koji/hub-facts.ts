import type { KojiHub, User } from '@millrace/koji';

/** What a hub can do: its version and its methods decide. */
export interface HubFeatures {
  readonly version: string;
  /** `repo.request` and `repo.checkRequest`: repositories on demand, hub 1.35 and later. */
  readonly repoRequests: boolean;
  /** `wait_repo` and `wait_builds` can be trusted: the hub itself holds a build back until its repository is there. */
  readonly waits: boolean;
  readonly drafts: boolean;
  readonly sideTags: boolean;
  readonly containers: boolean;
  /** `checkTagAccess`: the hub says beforehand who may tag where. */
  readonly tagAccess: boolean;
}

/** What does not change while a session lasts, asked once. */
export interface HubFacts {
  me(): Promise<User>;
  features(): Promise<HubFeatures>;
}

export function hubFacts(hub: KojiHub): HubFacts {
  return { me: kept(() => whoWeAre(hub)), features: kept(() => featuresOf(hub)) };
}

/** A fault is not kept: the next one asks again. */
function kept<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => {
    answer ??= ask().catch((thrown: unknown) => {
      answer = null;
      throw thrown;
    });
    return answer;
  };
}

async function whoWeAre(hub: KojiHub): Promise<User> {
  for (;;) {
    const outcome = await hub.write.getLoggedInUser();
    if (outcome.kind === 'answered') return outcome.value;
  }
}

async function featuresOf(hub: KojiHub): Promise<HubFeatures> {
  const has = new Set(await hub.listMethods());
  const repoRequests = has.has('repo.request') && has.has('repo.checkRequest');
  return {
    version: has.has('getKojiVersion') ? await hub.getKojiVersion() : 'before 1.23',
    repoRequests,
    // Builders before that take the options and may know nothing of them, without a word.
    waits: repoRequests,
    drafts: has.has('promoteBuild'),
    sideTags: has.has('createSideTag'),
    containers: has.has('buildContainer'),
    tagAccess: has.has('checkTagAccess'),
  };
}
