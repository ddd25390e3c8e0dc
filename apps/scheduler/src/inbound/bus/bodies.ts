import { z } from 'zod';

const name = z.string().min(1).max(300);
const commit = z.string().regex(/^[0-9a-f]{40}$/);
/** A user as text, or as Koji's plug-in for AMQP 1.0 has it. */
const user = z
  .union([name, z.looseObject({ name })])
  .transform((one) => (typeof one === 'string' ? one : one.name))
  .nullish();

/** buildsys.tag of fedora-messaging and fedmsg. */
export const tagged = z.looseObject({ tag: name, name, version: name, release: name, user });

/** build.tag of protonmsg: whole rows of Koji. */
export const taggedWhole = z
  .looseObject({ tag: z.looseObject({ name }), build: z.looseObject({ name, version: name, release: name }), user })
  .transform(({ tag, build, user: by }) => ({ ...build, tag: tag.name, user: by }));

/** Which of several Kojis of one bus speaks; messages that say nothing are of the only one. */
const spoken = z.looseObject({ instance: name });

/** Why a message of another Koji than the hub itself is passed over; null: it is of the hub. */
export function foreignInstance(body: unknown): string | null {
  const parsed = spoken.safeParse(body);
  if (!parsed.success || parsed.data.instance === 'primary') return null;
  return `it is of Koji's instance ${parsed.data.instance}, and only primary is followed`;
}

const request = z.array(z.unknown()).nullish();

/** buildsys.build.state.change: states of builds are numbers, 1 is COMPLETE. */
export const buildState = z.looseObject({ new: z.number(), name, version: name, release: name, owner: user, request });

/** build.complete of protonmsg. */
export const buildStateWhole = z
  .looseObject({
    new: z.number(),
    info: z.looseObject({ name, version: name, release: name, owner_name: user, request }),
  })
  .transform(({ new: state, info }) => ({ ...info, new: state, owner: info.owner_name }));

/** git.receive of Fedora's dist-git. */
export const distGit = z
  .looseObject({
    commit: z.looseObject({ namespace: name, repo: name, branch: name, rev: commit, agent: name.nullish() }),
  })
  .transform(({ commit: one }) => ({ ...one, agent: one.agent ?? 'somebody', before: null }));

/** pagure.git.receive. */
export const pagureGit = z
  .looseObject({
    repo: z.looseObject({ name, namespace: name }),
    branch: name,
    end_commit: commit,
    old_commit: commit.nullish().catch(null),
    agent: name.nullish(),
  })
  .transform(({ repo, branch, end_commit: rev, old_commit: before, agent }) => ({
    ...{ namespace: repo.namespace, repo: repo.name, branch, rev, agent: agent ?? 'somebody' },
    before: before && !/^0+$/.test(before) ? before : null,
  }));

/** mbs.module.state.change: the module build as REST has it, without its tasks. */
export const moduleState = z.looseObject({
  name,
  stream: name,
  version: z.union([z.string(), z.number()]).transform(String),
  context: z.string().nullish(),
  state_name: name,
  owner: user,
  buildrequires: z.record(z.string(), z.looseObject({ stream: z.string() })).nullish(),
});
