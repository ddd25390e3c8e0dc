import type { FakeTask, HubState } from './state';

/** What somebody did twice in this hub, in words: submissions of one source to one target, taggings of one build. */
export function doneTwice(state: HubState, user: string): readonly string[] {
  const owner = state.users.find((one) => one.name === user)?.id;
  const own = state.tasks.filter((task) => task.owner === owner && task.parent === null);
  const of = (method: string): readonly FakeTask[] => own.filter((task) => task.method === method);
  return [
    ...repeated(of('build').map(({ request }) => `${String(request[0])} was submitted to ${String(request[1])} twice`)),
    ...repeated(
      of('tagBuild').map(({ request }) => `build ${String(request[1])} was put into ${String(request[0])} twice`),
    ),
    ...repeated(inTags(state)),
  ];
}

/** Nothing of a name and version is in a tag more than once. */
function inTags({ taggings, tags, builds }: HubState): readonly string[] {
  const now = taggings.filter(({ revoke_event }) => revoke_event === null);
  return now.map(({ tag_id, build_id }) => {
    const build = builds.find(({ id }) => id === build_id);
    return `${build?.name} is in ${tags.find(({ id }) => id === tag_id)?.name} twice`;
  });
}

function repeated(words: readonly string[]): readonly string[] {
  return [...new Set(words.filter((one, n) => words.indexOf(one) !== n))];
}
