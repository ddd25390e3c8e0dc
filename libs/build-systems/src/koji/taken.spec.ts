import { connectToHub } from '@millrace/koji';
import { startFakeHub } from '@millrace/koji/fake';
import type { KojiParts } from './settings';
import { taken } from './taken';

it('a name is taken once a build has it, deleted or not; one that failed leaves it', async () => {
  const fake = await startFakeHub({ stepMs: 0 });
  const hub = connectToHub({ url: fake.url });
  try {
    const build = (name: string, state: number) => ({
      ...{ id: fake.state.builds.length + 1, name, version: '1', release: '2', state, task_id: null, owner: 1 },
      ...{ source: '', extra: {}, draft: false, creation_event_id: 1, start_ts: 1, completion_ts: 1 },
    });
    fake.control.addUser('somebody', 'somebody');
    fake.state.builds.push(...['running', 'whole', 'deleted', 'failed', 'cancelled'].map(build));
    const names = ['running-1-2', 'whole-1-2', 'deleted-1-2', 'failed-1-2', 'cancelled-1-2', 'unheard-1-2'];
    const found = await taken({ hub } as KojiParts, names);
    expect([...found]).toEqual(['running-1-2', 'whole-1-2', 'deleted-1-2']);
    expect(await taken({ hub } as KojiParts, [])).toEqual(new Set());
  } finally {
    await hub.close();
    await fake.close();
  }
});
