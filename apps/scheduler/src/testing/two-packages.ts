import { doors } from '@millrace/contracts';
import type { Msg, NatsConnection } from 'nats';
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { impactOf } from '../store/testing/outside';
import { answerAs, passVerdict } from './running-scheduler';

export interface Said {
  readonly type: string;
  readonly subject: string;
  readonly data: Record<string, unknown>;
}

const graph: Readonly<Record<string, readonly string[]>> = { 'rpm/base-lib': [], 'rpm/user-app': ['rpm/base-lib'] };

/**
 * The other services around a release of `base-lib` and `user-app`, which needs it. The resolver: a new base-lib touches
 * user-app. The gate: every build passes. `hear` is told every event of the scheduler.
 */
export function playTwoPackages(client: NatsConnection, hear: (event: Said) => void): void {
  const known = Object.keys(graph);
  answerAs(client, doors.resolver.impact, ({ members }: { members: string[] | 'all' }) =>
    impactOf(graph, members === 'all' ? known : members),
  );
  const broken = { component: 'rpm/user-app', because: 'it needs /usr/share/base-lib/version' };
  answerAs(client, doors.resolver.compare, (asked: { component: string; overlay: { revision: number } }) => {
    const isBreaking = asked.component === 'rpm/base-lib' && asked.overlay.revision === 0;
    return { lost: [], unneeded: [], added: isBreaking ? [broken] : [] };
  });
  answerAs(client, doors.harvester.composes, () => ({ composes: [] }));
  answerAs(client, doors.resolver.graph, () => ({
    ...{ release: 'tiny', snapshot: 's-1', digest: null, at: null, because: 'a test', dependencies: 1 },
    components: known.map((component) => ({ component, external: false, nvr: null })),
    ...{ unresolved: [], importing: false, problem: null },
  }));
  client.subscribe('millrace.scheduler.>', { callback: (_, message) => listen(client, message, hear) });
}

/** The builder's runner is a script of its own, so it has to be compiled. */
export function compileRunner(): void {
  const root = resolve(__dirname, '../../../..');
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-b', 'libs/build-systems'], { cwd: root });
}

/** Doors have shorter subjects than events. */
function listen(client: NatsConnection, message: Msg, hear: (event: Said) => void): void {
  if (message.subject.split('.').length < 6) return;
  const event = message.json<Said>();
  hear(event);
  if (event.type === 'millrace.scheduler.verdict.wanted.v1') void passVerdict(client, event.data);
}
