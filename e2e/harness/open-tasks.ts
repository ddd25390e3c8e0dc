import type { HubState } from '@millrace/koji/fake';

/** What a hub has to do yet and what failed there, for people who must find out why a story broke. */
export function openTasks(state: HubState): string {
  const open = state.tasks.filter((task) => task.state < 2 || task.state > 3);
  const lines = open
    .slice(-20)
    .map(({ id, method, state: s, request }) => `  ${id} ${method} state ${s} ${JSON.stringify(request)}`);
  const tags = state.tags.map(({ name }) => name).join(', ');
  return [
    `hub: ${state.builds.length} builds, tags ${tags}; tasks that are open or failed: ${open.length}`,
    ...lines,
  ].join('\n');
}
