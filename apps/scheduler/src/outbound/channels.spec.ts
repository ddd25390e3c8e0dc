import { releaseDefinition } from '@millrace/contracts';
import { definitionOf } from '../store/testing/outside';
import { channelLooking } from './channels';
import type { Outside } from './outside';

const call = { key: '', attempt: 1, signal: new AbortController().signal };

test('channels are looked at where a release leaves a share of them to people, and nowhere else', async () => {
  let asked = 0;
  const load = () => {
    asked += 1;
    const one = { up: 2, hosts: 2, load: 0, waiting: null, architectures: [] };
    return Promise.resolve([{ ...one, name: 'default', capacity: 4 }]);
  };
  const lookWith = (budgets: object) => {
    const definition = releaseDefinition.parse({ ...definitionOf(), budgets });
    const read = { releases: { where: () => Promise.resolve([{ definition }]) } };
    const outside = { read, systems: new Map([['local-rpm', { load }]]) } as unknown as Outside;
    return channelLooking(outside).run({ system: 'local-rpm' }, call);
  };
  expect(await lookWith({ cascade: { builder_hours: 1 } })).toBeNull();
  expect(asked).toBe(0);
  expect(await lookWith({ people: { '*': 0.5 } })).toEqual({ default: 4 });
});
