import { expectThat } from '@millrace/testing/stories';
import { layOutKoji, type KojiRelease } from '../harness/koji-release';
import type { Scenario } from '../harness/scenario';

const parts = [
  { name: 'base', needs: [] },
  { name: 'app', needs: ['base'] },
];
const byPullRequest = { push: 'pull-request', forge: 'src', project: 'rpms/{name}' };

export const scenario: Scenario = {
  title: 'a protected branch gets one pull request; a person merges it, and the rebuild is made from the merge',
  tell: async (stage) => {
    const koji = await layOutKoji(stage, { parts });
    const forge = await stage.forge('pagure', 'rpms/app');
    const token_file = stage.secret('forge-token', forge.token);
    const forges = { src: { kind: 'pagure', address: forge.url, token_file } };
    const mill = await stage.start({ settings: { scheduler: { ...koji.settings.scheduler, forges } } });
    await mill.apply(koji.definition());
    await mill.reaches(await mill.startCascade('s1', 'all'), 'completed');

    const before = koji.git.git('app', 'rev-parse', 'main').trim();
    koji.git.protect('app', 'main');
    await mill.apply(bumping(koji));
    koji.git.commit('base', { 'base.c': 'int base;\n' }, 'A new function');
    koji.brews({ ...parts[0]!, release: '2' });
    const { cascade } = await mill.report('s1', ['rpm/base']);
    expectThat(cascade !== null, 'the change started no cascade');
    const stalled = await mill.reaches(cascade!, 'stalled');
    const waits = stalled.rebuilds.find((one) => one.component === 'rpm/app')!;
    expectThat(waits.because.includes('waits to be merged') || said(waits.evidence?.summary), `app: ${waits.because}`);
    stage.say('the bump waits as a pull request');
    const since = mill.child('scheduler').starts();
    mill.kill('scheduler');
    await mill.isBack('scheduler', since);
    await mill.millrace('cascade', 'retry', cascade!, 'rpm/app', '--why', 'is it merged?');
    await mill.reaches(cascade!, 'stalled');
    expectThat(forge.pulls.length === 1, `one pull request was wanted, and there are ${forge.pulls.length}`);
    expectThat(koji.git.git('app', 'rev-parse', 'main').trim() === before, 'somebody pushed to the protected branch');

    const [request] = forge.pulls;
    const tip = koji.git.git('app', 'rev-parse', request!.from).trim();
    koji.brews({ ...parts[1]!, release: '2' });
    koji.git.git('app', 'update-ref', 'refs/heads/main', tip);
    forge.merge(request!.number, tip);
    stage.say('a person merges it');
    await mill.reaches(cascade!, 'completed');
    const made = koji.hub.state.builds.filter((build) => build.name === 'app' && build.source.endsWith(`#${tip}`));
    expectThat(made.length === 1, `one build of the merged commit was wanted, and there are ${made.length}`);
    expectThat(
      koji.tagged('s1').some((nvr) => nvr.startsWith('app-1-2')),
      'the merged bump has not landed',
    );
  },
};

function said(summary: string | undefined): boolean {
  return summary?.includes('waits to be merged') === true;
}

function bumping(koji: KojiRelease): object {
  const { sources, ...definition } = koji.definition() as { sources: { rpm: object } };
  return {
    ...{ ...definition, nvr: 'commit', scope: 'direct', triggers: { git: { every: '1s' } } },
    sources: { rpm: { ...sources.rpm, ...byPullRequest } },
  };
}
