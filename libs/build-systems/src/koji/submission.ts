import { AppError, parseComponentId } from '@millrace/kernel';
import { hasEnded, type RpcStruct, type RpcValue, type TaskId } from '@millrace/koji';
import type { BuildRef, Order, Place } from '../build-system';
import { repositoryFor } from './containers';
import { once, settled } from './intents';
import { buildOfRef } from './build-of';
import { componentOf } from './look';
import { markerFor } from './marker';
import { closedAs, placeClosed } from './places';
import { noBuild, refOfTask } from './ref';
import { baseTagOf, knownTarget, targetOf } from './releases';
import { untilRepository } from './repositories';
import type { KojiParts, KojiTarget } from './settings';
import { checkStanding, distNeedsSideTag } from './side-tag-macros';
import { checkTagAccess } from './tag-access';
import { tagBeside } from './tag-beside';

/** Checks what the hub would only find much later, and makes one task of the key. */
export async function submit(parts: KojiParts, key: string, order: Order, place: Place): Promise<BuildRef> {
  const known = await parts.index.find(key);
  if (known !== null) {
    await settled(parts, `build ${key}`);
    return refOfTask(known);
  }
  // Its side tag is gone.
  if ((await closedAs(parts, place)) === 'landed') throw placeClosed(place, 'landed');
  const target = await targetOf(parts, order.release, order.component);
  const call = await callFor(parts, { key, order, place, target });
  const id = await once(parts, {
    name: `build ${key}`,
    lookUp: () => parts.index.find(key),
    send: (write, before) => call(write, { before, ...schedulingOf(target, order) }),
  });
  parts.watch.hint();
  return refOfTask(id);
}

interface Wanted {
  readonly key: string;
  readonly order: Order;
  readonly place: Place;
  readonly target: KojiTarget;
}

type Writes = KojiParts['hub']['write'];
type Send = (write: Writes, how: Parameters<Writes['build']>[3]) => ReturnType<Writes['build']>;

async function callFor(parts: KojiParts, wanted: Wanted): Promise<Send> {
  const { type } = parseComponentId(wanted.order.component);
  const source = await sourceOf(parts, wanted.key, wanted.order);
  if (type === 'container') return containerCall(parts, wanted, source);
  if (type === 'image') return imageCall(parts, wanted, source);
  return rpmCall(parts, wanted, source);
}

async function rpmCall(parts: KojiParts, { key, order, place, target }: Wanted, source: string): Promise<Send> {
  const isSide = target.isolation === 'side-tag' && place.cascade !== null;
  if (isSide) await checkStanding(parts, place);
  else if (order.dist !== undefined) throw distNeedsSideTag(order);
  const name = isSide ? ((await tagBeside(parts, key, order, place)) ?? place.id) : target.target;
  const { build_tag_name: buildTag, dest_tag_name: dest } = await knownTarget(parts, name);
  await checkListed(parts, isSide ? await baseTagOf(parts, order.release) : dest, order);
  // A side tag is ours; what is built for a target is tagged by the hub, and moved to the base after its gate.
  if (!isSide)
    for (const tag of new Set([dest, await baseTagOf(parts, order.release)])) await checkTagAccess(parts, tag);
  const features = await parts.facts.features();
  const needs = await nvrsOf(parts, [...order.needs, ...order.siblings]);
  if (!features.waits) await untilRepository(parts, buildTag);
  const options = {
    ...(target.drafts ? { draft: true } : {}),
    ...(isSide ? { skip_tag: true } : {}),
    ...{ wait_repo: true, wait_builds: needs },
    custom_user_metadata: markerFor(key, order),
  };
  return (write, how) => write.build(source, name, options, how);
}

/** Its inputs come without a compose: from a repository of what this cascade has validated by now. */
async function containerCall(parts: KojiParts, { key, order, place, target }: Wanted, source: string): Promise<Send> {
  if (!(await parts.facts.features()).containers) throw noContainers(parts);
  await checkTagAccess(parts, (await knownTarget(parts, target.target)).dest_tag_name);
  const { event, options } = await repositoryFor(parts, place, target);
  // Builders refuse options that they do not know; `userdata` is the one that is the caller's own.
  const userdata = { ...markerFor(key, order), millrace_event: event };
  return (write, how) => write.buildContainer(source, target.target, { ...options, userdata }, how);
}

async function imageCall(parts: KojiParts, { key, order, target }: Wanted, source: string): Promise<Send> {
  const { call } = target;
  if (!call) throw noCall(order);
  await knownTarget(parts, target.target);
  const words = { source, target: target.target, name: parseComponentId(order.component).name };
  const params = call.arguments.map((one) => filled(one, words));
  const last = params.at(-1);
  const own = call.method === 'buildContainer' ? 'userdata' : 'custom_user_metadata';
  const marked = { [own]: markerFor(key, order) };
  // Where the method ends with its options, the marker goes there; else it travels as the keyword `opts`.
  if (!isStruct(last)) return (write, how) => write.startTask(call.method, params, { opts: marked }, how);
  const all = [...params.slice(0, -1), { ...last, ...marked }];
  return (write, how) => write.startTask(call.method, all, {}, how);
}

function filled(value: unknown, words: Readonly<Record<string, string>>): RpcValue {
  if (typeof value === 'string') return value.replace(/\{(source|target|name)\}/g, (_, word: string) => words[word]!);
  if (Array.isArray(value)) return value.map((one) => filled(one, words));
  if (typeof value !== 'object' || value === null) return value as RpcValue;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one, words)]));
}

function isStruct(value: RpcValue | undefined): value is RpcStruct {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** Koji's lower number is the more urgent one; below 0 only with the hub's permission, so only where it is configured. */
function schedulingOf({ priority, channel }: KojiTarget, order: Order) {
  const base = priority ?? 0;
  const wanted = base - (order.priority ?? 0);
  return { channel, priority: Math.min(100, Math.max(Math.min(base, 0), wanted)) };
}

/** Cancels a task with all below it, once. */
export async function cancelTask(parts: KojiParts, id: TaskId, ref: BuildRef): Promise<void> {
  const isOver = async (): Promise<true | null> => {
    const task = await parts.hub.getTask(id, false);
    if (!task) throw noBuild(ref);
    return hasEnded(task.state) ? true : null;
  };
  await once(parts, {
    name: `cancel ${id}`,
    lookUp: isOver,
    send: async (write, before) => {
      const outcome = await write.cancelTask(id, { before });
      return outcome.kind === 'happened' ? outcome : { kind: 'answered', value: true };
    },
  });
  parts.watch.hint();
}

async function checkListed(parts: KojiParts, tag: string, order: Order): Promise<void> {
  const { name } = parseComponentId(order.component);
  const entry = await parts.hub.getPackageEntry(tag, name);
  if (entry && !entry.blocked) return;
  throw new AppError({
    code: 'koji-package-not-listed',
    kind: 'invalid',
    message: `package ${name} is ${entry ? 'blocked in' : 'not in the list of'} tag ${tag}`,
    remedy: entry ? `koji unblock-pkg ${tag} ${name}` : `koji add-pkg --owner USER ${tag} ${name}`,
  });
}

async function sourceOf(parts: KojiParts, key: string, { source }: Order): Promise<string> {
  switch (source.kind) {
    case 'git':
      return `git+${source.url}#${source.commit}`;
    case 'srpm':
      return parts.hub.upload(source.path, `millrace/${key.replace(/[^A-Za-z0-9_-]/g, '_')}`);
    case 'folder':
      throw new AppError({
        code: 'koji-source-local',
        kind: 'invalid',
        message: `Koji cannot build the folder ${source.path}`,
        remedy: 'give a commit of a repository that its builders reach, or a source package',
      });
  }
}

async function nvrsOf(parts: KojiParts, needs: readonly BuildRef[]): Promise<readonly string[]> {
  const builds = await Promise.all([...new Set(needs)].map((ref) => buildOfRef(parts, ref)));
  // Images are in no repository.
  return builds.flatMap((build) => (build && componentOf(build).startsWith('rpm/') ? [build.nvr] : []));
}

function noContainers({ options }: KojiParts): AppError {
  return new AppError({
    code: 'koji-no-containers',
    kind: 'invalid',
    message: `the hub of ${options.name} cannot build containers`,
    remedy: 'ask for its plug-in (buildContainer), or name another build system for containers',
  });
}

function noCall({ component }: Order): AppError {
  return new AppError({
    code: 'koji-image-call-missing',
    kind: 'invalid',
    message: `nobody says how the hub builds ${component}`,
    remedy: 'add `call: { method: …, arguments: […] }` to build_targets.image of the release definition',
  });
}
