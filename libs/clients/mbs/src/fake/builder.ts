import { now, type FakeModule, type MbsState, type ModuleRecipe } from './state';

const states = { init: 0, wait: 1, build: 2, done: 3, failed: 4, ready: 5 } as const;

/** Every build one state further. True when something moved. */
export function step(state: MbsState): boolean {
  const moving = state.builds.filter((build) => build.state <= states.done);
  return moving.map((build) => stepBuild(state, build)).includes(true);
}

function stepBuild(state: MbsState, build: FakeModule): boolean {
  const recipe = state.recipes.get(build.name) ?? { components: [] };
  switch (build.state) {
    case states.init:
    case states.wait:
      return move(build, build.state + 1, null);
    case states.build:
      return buildComponents(state, build, recipe);
    case states.done:
      return recipe.gated === true ? false : move(build, states.ready, null);
    default:
      return false;
  }
}

/** Components that were built in an earlier submission of the same module are not built again. */
function buildComponents(state: MbsState, build: FakeModule, recipe: ModuleRecipe): boolean {
  if (recipe.hangs) return false;
  for (const name of recipe.components) {
    const failed = recipe.failing === name;
    if (build.rpms[name]?.state === 1) continue;
    const nvr = `${name}-1-1.module_${build.stream}+${build.id}`;
    const reason = failed ? 'Unsuccessful: task failed in %build' : '';
    build.rpms[name] = { nvr, state: failed ? 3 : 1, state_reason: reason, task_id: 1_000_000 + ++state.lastTask };
  }
  if (recipe.failing) return move(build, states.failed, `Component(s) ${recipe.failing} failed to build.`);
  return move(build, states.done, null);
}

export function move(build: FakeModule, to: number, reason: string | null): boolean {
  Object.assign(build, { state: to, state_reason: reason, modified: now() });
  if (to >= states.done) build.completed = now();
  return true;
}
