import type { KojiHub, User } from '@millrace/koji';

/** What a hub can do: its version and its methods decide. */
export interface HubFeatures {
  readonly version: string;
  /** `repo.request` and `repo.checkRequest`: repositories on demand, hub 1.35 and later. */
  readonly repoRequests: boolean;
  /** `wait_repo` and `wait_builds` as options of a build: the hub itself holds a build back until its repository is there. */
  readonly waits: boolean;
  readonly drafts: boolean;
  readonly sideTags: boolean;
  readonly containers: boolean;
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
  const [version, methods] = await Promise.all([hub.getKojiVersion(), hub.listMethods()]);
  const has = new Set(methods);
  return {
    version,
    repoRequests: has.has('repo.request') && has.has('repo.checkRequest'),
    // Koji 1.26 brought wait_repo and wait_builds to the build task; drafts came with 1.34.
    waits: isAtLeast(version, 1, 26),
    drafts: has.has('promoteBuild'),
    sideTags: has.has('createSideTag'),
    containers: has.has('buildContainer'),
  };
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split('.').map(Number);
  return a > major || (a === major && b >= minor);
}
