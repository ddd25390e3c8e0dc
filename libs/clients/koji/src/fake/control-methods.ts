import { z } from 'zod';
import type { RpcValue } from '../xml-rpc/value';
import type { HubParts } from './fake-hub';
import { HubFault } from './hub-fault';
import { endings } from './state';

const text = z.string();
const texts = z.array(text);
const recipe = z.object({
  ...{ name: text, version: text, release: text, failsOn: text.optional(), log: text.optional() },
  ...{ arches: texts.optional(), packages: texts.optional(), provides: texts.optional() },
  ...{ installs: texts.optional(), stale: z.boolean().optional(), bootstrapMacro: text.optional() },
  ...{ requires: texts.optional(), buildRequires: texts.optional(), ends: z.enum(endings).optional() },
});
const tagWish = z.object({
  ...{ parents: texts.optional(), arches: text.optional(), packages: texts.optional() },
  ...{ locked: z.boolean().optional(), perm: text.optional() },
});
const trouble = z
  .object({ slowMs: z.number(), offline: z.boolean(), cutBefore: z.number(), loseAnswers: z.number() })
  .extend({ loseOf: text.nullable(), badGateway: z.number() })
  .partial();

/** `fake.*`: what a test in another process does to the hub. No real hub has these. */
export function control(hub: HubParts, verb: string, params: readonly RpcValue[]): RpcValue {
  const act = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (!act) throw new HubFault('GenericError', `Invalid method: fake.${verb}`);
  try {
    return act(hub, params) ?? null;
  } catch (thrown) {
    if (thrown instanceof z.ZodError) throw new HubFault('ParameterError', z.prettifyError(thrown));
    throw thrown;
  }
}

const verbs: Readonly<Record<string, (hub: HubParts, params: readonly RpcValue[]) => RpcValue | void>> = {
  addUser: ({ control }, [name, password, perms]) =>
    control.addUser(text.parse(name), text.parse(password), texts.parse(perms ?? [])),
  addTag: ({ control }, [name, wish]) => control.addTag(text.parse(name), tagWish.parse(wish ?? {})),
  addPackages: ({ control }, [tag, names]) => control.addPackages(text.parse(tag), texts.parse(names)),
  blockPackage: ({ control }, [tag, name]) => control.blockPackage(text.parse(tag), text.parse(name)),
  addTarget: ({ control }, [name, from, to]) => control.addTarget(text.parse(name), text.parse(from), text.parse(to)),
  addSource: ({ control }, [url, what]) => control.addSource(text.parse(url), recipe.parse(what)),
  endTask: ({ control }, [id, how, why]) =>
    control.endTask(
      z.number().parse(id),
      z.enum(['CLOSED', 'CANCELED', 'FAILED']).parse(how),
      text.optional().parse(why),
    ),
  freeTask: ({ control }, [id]) => control.freeTask(z.number().parse(id)),
  deleteTag: ({ control }, [name, by]) => control.deleteTag(text.parse(name), text.optional().parse(by)),
  setSideTagQuota: ({ control }, [most]) => control.setSideTagQuota(z.number().parse(most)),
  deleteBuild: ({ control }, [of]) => control.deleteBuild(z.union([text, z.number()]).parse(of)),
  setHost: ({ control }, [arches, ready]) => control.setHost(text.parse(arches), z.boolean().parse(ready)),
  state: ({ state }) => structuredClone(state) as unknown as RpcValue,
  expireSessions: ({ control }) => control.expireSessions(),
  dropSessions: ({ control }) => control.dropSessions(),
  trouble: (hub, [what]) => void Object.assign(hub.trouble, trouble.parse(what)),
  calls: ({ calls }) => Object.fromEntries(calls),
};
