import { connectBus, ensureStream, type BusConnection } from '@millrace/bus';
import {
  cascadeCompleted,
  composeFinished,
  composeWanted,
  doors,
  doorSubject,
  eventFilter,
  eventSubject,
  eventType,
  rebuildWanted,
  releaseChanged,
  type Door,
  type DoorReply,
  type Envelope,
  type EventContract,
} from '@millrace/contracts';
import { startService, type RunningService } from '@millrace/service';
import {
  eventually,
  freePort,
  openTestStore,
  schemaDrift,
  startTestNats,
  testEngines,
  type TestNats,
} from '@millrace/testing';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { migrations } from './store/migrations';
import { definition } from './wiring';

const run = promisify(execFile);

test.each(testEngines)('the migrated %s database is what the tables say', async (kind) => {
  const store = await openTestStore(definition.machine, migrations, kind);
  try {
    expect(await schemaDrift(store.database, 'harvester', definition.machine.tables)).toEqual([]);
  } finally {
    await store.dispose();
  }
});

describe('the whole service, on a real bus, with a real repository', () => {
  let dir: string;
  let nats: TestNats;
  let bus: BusConnection;
  let service: RunningService;
  const said: Envelope[] = [];
  let builds: DoorReply<typeof doors.scheduler.validated>['builds'] = [];

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'millrace-harvester-'));
    nats = await startTestNats();
    bus = await connectBus({ servers: [nats.url], name: 'test' });
    for (const owner of ['scheduler', 'inlet', 'harvester'] as const) await ensureStream(bus.manager, owner);
    await buildQuern(dir);
    answerQuestions();
    for (const contract of [rebuildWanted, composeFinished]) {
      bus.nats.subscribe(eventFilter(contract), {
        callback: (_, message) => said.push(JSON.parse(message.string()) as Envelope),
      });
    }
    service = await startService(definition, {
      MILLRACE_DATA: join(dir, 'data'),
      MILLRACE_NATS_URL: nats.url,
      MILLRACE_PORT: String(await freePort()),
      MILLRACE_LOG_LEVEL: 'error',
    });
  });

  afterAll(async () => {
    await service.stop();
    await bus.nats.close();
    await nats.stop();
    await rm(dir, { recursive: true });
  });

  /** The resolver and the scheduler as far as the harvester asks them. */
  function answerQuestions(): void {
    const graph: DoorReply<typeof doors.resolver.graph> = {
      ...{ release: 'minidistro', snapshot: 's-1', digest: null, at: null, because: '', dependencies: 0 },
      components: [{ component: 'rpm/quern', external: false, nvr: null }],
      ...{ unresolved: [], importing: false, problem: null },
    };
    const repository = { number: 1, address: pathToFileURL(join(dir, 'base')).href, place: 'minidistro' };
    const contents = {
      ...{ component: 'rpm/quern', nvr: 'quern-1.0-1', build: 'b-1', buildRequires: [], inputs: [] },
      packages: [
        { name: 'quern', version: '1.0', release: '1', arch: 'noarch', provides: [], requires: [], files: [] },
      ],
    };
    const answers: readonly (readonly [Door, () => unknown])[] = [
      // It is defined while the test goes on, by the event: the compose that is wanted before that is parked.
      [doors.scheduler.releases, () => ({ releases: [] })],
      [doors.resolver.graph, () => graph],
      [doors.scheduler.validated, () => ({ release: 'minidistro', repository, builds })],
      [doors.scheduler.contents, () => contents],
    ];
    for (const [door, reply] of answers) {
      bus.nats.subscribe(doorSubject(door), {
        callback: (_, message) => void message.respond(JSON.stringify(reply())),
      });
    }
  }

  async function publish<Data>(contract: EventContract<Data>, data: Data): Promise<void> {
    const envelope: Envelope = {
      ...{ specversion: '1.0', id: `m-${contract.happened}-${said.length}`, source: 'test', type: eventType(contract) },
      ...{ time: '2026-01-31T09:30:00.000Z', subject: 'minidistro', release: 'minidistro', revision: 1, data },
    };
    await bus.nats.jetstream().publish(eventSubject(contract, 'minidistro', null), JSON.stringify(envelope));
  }

  async function composes(): Promise<DoorReply<typeof doors.harvester.composes>['composes']> {
    const response = await fetch(`http://127.0.0.1:${service.port}/api/v1/composes`);
    return ((await response.json()) as { composes: [] }).composes;
  }

  test('a compose that another team wants waits for what is missing, and is made when it has come', async () => {
    const { data } = releaseChanged.example;
    const compose = { automatic: true, short: 'Mini', version: '1', type: 'nightly', variant: 'Everything' } as const;
    await publish(composeWanted, { release: 'minidistro', reporter: 'rosa', reason: 'weekly' });
    await publish(releaseChanged, {
      ...data,
      revision: 2,
      definition: { ...data.definition, compose: { ...compose, include: ['rpm/*'] } },
    });
    await eventually(() => said.some((e) => e.type === eventType(rebuildWanted)), 'the missing build is wanted');
    expect(said[0]!.data).toMatchObject({ components: ['rpm/quern'] });
    expect(await composes()).toMatchObject([{ state: 'waiting', missing: ['rpm/quern'], path: null }]);

    builds = [{ component: 'rpm/quern', build: 'b-1', nvr: 'quern-1.0-1', contents: 'sha256:1', cascade: null }];
    await publish(cascadeCompleted, cascadeCompleted.example.data);
    await eventually(() => said.some((e) => e.type === eventType(composeFinished)), 'the compose is finished');
    const [made] = await composes();
    expect(made).toMatchObject({ state: 'finished', packages: 1, sources: 0, missing: [] });
    expect(await readFile(join(made!.path!, 'STATUS'), 'utf8')).toBe('FINISHED\n');
    expect(await composes()).toHaveLength(1);
  });
});

async function buildQuern(dir: string): Promise<void> {
  const top = join(dir, 'top');
  await mkdir(top);
  const head = 'Name: quern\nVersion: 1.0\nRelease: 1\nSummary: Grinds\nLicense: MIT\nBuildArch: noarch\n';
  await writeFile(join(top, 'quern.spec'), `${head}%description\nGrinds.\n%files\n`);
  const defines = ['--define', `_topdir ${top}`, '--define', `_dbpath ${top}/db`];
  await run('rpmbuild', ['-bb', '--quiet', ...defines, join(top, 'quern.spec')], {
    env: { PATH: '/usr/bin:/bin', HOME: top },
  });
  await rename(join(top, 'RPMS/noarch'), join(dir, 'base'));
  expect(await readdir(join(dir, 'base'))).toEqual(['quern-1.0-1.noarch.rpm']);
}
