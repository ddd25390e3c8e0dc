import { build, type KojiHub } from '@millrace/koji';
import { z } from 'zod';
import type { RefKind } from '../naming/ref-names';

/** Koji counts tasks, and builds apart: those that were imported have no task. */
export function kojiRefs(hub: Pick<KojiHub, 'listTasks' | 'askMany'>): RefKind {
  return {
    read: (plain) => {
      const [, counter, digits] = /^(task|build)-(\d{1,15})$/.exec(plain) ?? [];
      return counter === undefined ? null : { counter, id: Number(digits) };
    },
    newest: async () => {
      const tasks = await hub.listTasks({}, { limit: 1, order: '-id' });
      const last = { method: 'listBuilds', keywords: { queryOpts: { order: '-build_id', limit: 1 } } };
      const [answer] = await hub.askMany([last], z.array(build));
      if (!answer?.ok) throw answer?.fault ?? new Error('the hub left out an answer');
      return { task: highest(tasks.map(({ id }) => id)), build: highest(answer.value.map((one) => one.build_id)) };
    },
  };
}

function highest(ids: readonly number[]): number {
  return ids.reduce((a, b) => Math.max(a, b), 0);
}
