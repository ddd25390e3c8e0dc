import { apps, events, eventType, type App, type EventContract } from '@millrace/contracts';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './source-tree';

interface Wiring {
  readonly hears: readonly { readonly event: EventContract }[];
  readonly says: readonly EventContract<never>[];
}

/** Events that no service needs: that a person was told is news for other teams. */
const forOthers = ['millrace.notifier.notice.delivered.v1', 'millrace.notifier.notice.failed.v1'];

const wirings = new Map<App, Wiring>();

beforeAll(async () => {
  for (const app of apps) wirings.set(app, (await import(join(root, 'apps', app, 'src/wiring.ts'))) as Wiring);
});

describe('events', () => {
  test('every file of events is in the registry', () => {
    const registry = readFileSync(join(root, 'libs/contracts/src/registry.ts'), 'utf8');
    const files = readdirSync(join(root, 'libs/contracts/src/events')).filter((name) => !name.endsWith('.spec.ts'));
    expect(files.filter((name) => !registry.includes(`'./events/${name.replace(/\.ts$/, '')}'`))).toEqual([]);
    expect(events.size).toBeGreaterThan(0);
  });

  test.each([...events.keys()])('%s has one publisher: its owner, or the world by the inlet', (type) => {
    const publishers = apps.filter((app) => wirings.get(app)!.says.some((event) => eventType(event) === type));
    const owner = events.get(type)!.owner;
    expect(publishers).toEqual(owner === 'inlet' ? [] : [owner]);
  });

  test.each([...events.keys()])('%s is heard by a service, or is listed as news for others', (type) => {
    const hearers = apps.filter((app) => wirings.get(app)!.hears.some(({ event }) => eventType(event) === type));
    expect(hearers.length > 0).toBe(!forOthers.includes(type));
  });

  test.each(apps)('%s hears no event twice and says none twice', (app) => {
    const { hears, says } = wirings.get(app)!;
    expect(new Set(hears.map(({ event }) => eventType(event))).size).toBe(hears.length);
    expect(new Set(says.map(eventType)).size).toBe(says.length);
  });
});
