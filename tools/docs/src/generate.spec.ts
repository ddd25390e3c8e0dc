import { events, eventType } from '@millrace/contracts';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { broken } from './drift';
import { generate } from './generate';
import { readWirings, type Wiring } from './wiring';

const root = resolve(__dirname, '../../..');
let wirings: readonly Wiring[];
let wanted: ReadonlyMap<string, string>;

beforeAll(async () => {
  wirings = await readWirings(root, 'src');
  wanted = generate(wirings);
});

test('no released event was changed otherwise than by a new optional member', () => {
  expect(broken(root, wanted)).toEqual([]);
});

test.each([...events.values()].map((event) => [eventType(event), event] as const))(
  '%s still reads the example that was released',
  (type, event) => {
    const released = readFileSync(join(root, `libs/contracts/golden/${type}.example.json`), 'utf8');
    expect(event.data.safeParse((JSON.parse(released) as { data: unknown }).data).error).toBeUndefined();
  },
);

test('every event is on the page of events with who says and who hears it', () => {
  const page = wanted.get('docs/generated/events.md')!;
  for (const type of events.keys()) expect(page).toContain(`## ${type}\n`);
  expect(page).not.toMatch(/- (said|heard) by: *\n/);
});

test('the picture has an arrow for every service that hears', () => {
  const picture = wanted.get('docs/generated/flow.md')!;
  for (const { app } of wirings) expect(picture).toMatch(new RegExp(`--> *\\|".+"\\| *${app.replace(/-/g, '_')}\\n`));
});

test('every setting is listed with its variable', () => {
  const page = wanted.get('docs/generated/config.md')!;
  expect(page).toMatch(/`MILLRACE_NOTIFIER_[A-Z_]+`/);
});
