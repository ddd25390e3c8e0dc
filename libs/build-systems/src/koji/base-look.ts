import { build as buildSchema, tag as tagSchema, type Build } from '@millrace/koji';
import { moment } from '@millrace/kernel';
import { z } from 'zod';
import type { BaseLook, NewestBuild } from '../base-look';
import type { Withdrawn } from '../build-system';
import type { LandingBuild } from '../landing-adapter';
import { landingTags, lastChange, latestIn, type Landing } from './latest';
import { namedBy, refOfBuild } from './ref';
import type { KojiParts } from './settings';

/** A hub's list is read again only when something in its tags has changed. */
export function kojiBase(parts: KojiParts): BaseLook {
  const lists = new Map<string, { readonly change: string; readonly list: readonly NewestBuild[] }>();
  return {
    newest: async (release) => {
      const tags = await landingTags(parts, release);
      const change = await lastChange(parts, tags);
      const known = lists.get(release);
      if (known && change !== null && known.change === change) return known.list;
      const list = await listOf(parts, tags);
      if (change !== null) lists.set(release, { change, list });
      return list;
    },
    gone: (release, builds) => goneOf(parts, release, builds),
  };
}

/** Rows of a list do not say which task an image came from: those few are asked for whole. */
async function listOf(parts: KojiParts, tags: readonly Landing[]): Promise<readonly NewestBuild[]> {
  const latest = await latestIn(parts, tags);
  const images = latest.filter(({ component }) => !component.startsWith('rpm/'));
  const answers = await parts.hub.getBuilds(images.map(({ build }) => build.build_id));
  const whole = new Map(images.map(({ component }, n) => [component, answers[n]!.ok ? answers[n]!.value : null]));
  return latest.map(({ component, build }) => {
    const ref = refOfBuild(whole.get(component) ?? build);
    return { component, ref, nvr: build.nvr, completedAt: endOf(build) };
  });
}

/** In none of the release's tags, nor in what those inherit. */
async function goneOf(
  parts: KojiParts,
  release: string,
  builds: readonly LandingBuild[],
): Promise<readonly Withdrawn[]> {
  if (builds.length === 0) return [];
  const tags = [...new Set((await landingTags(parts, release)).map(({ tag }) => tag))];
  const lines = await Promise.all(tags.map((tag) => parts.hub.getInheritance(tag)));
  const places = new Set([...tags, ...lines.flat().map(({ name }) => name)]);
  const found = await buildsOf(parts, builds);
  const there = found.flatMap((build) => (build && build.state !== 'DELETED' ? [build] : []));
  const calls = there.map((build) => ({ method: 'listTags', params: [build.build_id] }));
  const answers = await parts.hub.askMany(calls, z.array(tagSchema));
  const holds = new Map(there.map((build, n) => [build.build_id, answers[n]!]));
  return builds.flatMap(({ ref, component, nvr }, n): Withdrawn[] => {
    const build = found[n] ?? null;
    const away = { ref, component, nvr, from: tags.join(', '), by: null };
    const answer = build && holds.get(build.build_id);
    if (!answer) return [{ ...away, how: 'deleted' }];
    if (!answer.ok) throw answer.fault;
    return answer.value.some(({ name }) => places.has(name)) ? [] : [{ ...away, how: 'untagged' }];
  });
}

/** By task or by its own id; null: the hub knows none of it any more. */
async function buildsOf(parts: KojiParts, builds: readonly LandingBuild[]): Promise<readonly (Build | null)[]> {
  const calls = builds.map(({ ref }) => {
    const named = namedBy(ref);
    return 'task' in named
      ? { method: 'listBuilds', keywords: { taskID: named.task } }
      : { method: 'getBuild', params: [named.build] };
  });
  const answers = await parts.hub.askMany(calls, z.union([z.array(buildSchema), buildSchema.nullable()]));
  // Images name no task: they are found by their name.
  const unnamed = builds.filter((_, n) => isNothing(answers[n]!.ok ? answers[n]!.value : null));
  const byName = await parts.hub.getBuildsNamed(unnamed.map(({ nvr }) => nvr));
  const named = new Map(unnamed.map(({ ref }, n) => [ref, byName[n]!]));
  return builds.map(({ ref }, n) => {
    const answer = answers[n]!;
    if (!answer.ok) throw answer.fault;
    const again = named.get(ref);
    if (again && !again.ok) throw again.fault;
    if (again?.ok) return again.value;
    return Array.isArray(answer.value) ? (answer.value.at(-1) ?? null) : answer.value;
  });
}

function isNothing(value: readonly Build[] | Build | null): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

function endOf({ completion_ts: seconds }: Build) {
  return typeof seconds === 'number' ? moment(Math.round(seconds * 1000)) : null;
}
