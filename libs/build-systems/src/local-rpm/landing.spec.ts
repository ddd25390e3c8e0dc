import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Place } from '../build-system';
import type { LandingBuild } from '../landing-adapter';
import { repoclosure } from './closure';
import { prepareShelves, settingsOf } from './local-rpm';
import { compileRunner, localWorld, type LocalWorld } from './test-world';

jest.setTimeout(120_000);
beforeAll(compileRunner, 120_000);

describe('landing on the local builder', () => {
  let world: LocalWorld;
  let library: LandingBuild;
  let program: LandingBuild;
  let place: Place;

  beforeAll(async () => {
    world = await localWorld();
    library = await landable('libgear', 'first');
    program = await landable('gearbox', 'first');
    place = await world.connect().open(world.release, 'first');
  });
  afterAll(() => world.destroy());

  async function landable(name: string, cascade: string): Promise<LandingBuild> {
    const { ref, component, nvr } = await world.build(name, { cascade });
    await world.connect().admit(ref, await world.connect().open(world.release, cascade));
    return { ref, component, nvr: nvr! };
  }

  const base = () => world.connect().repository(world.release, null);

  it('finds nothing in the way of a cascade that is whole', async () => {
    const { landing } = world.connect();
    const looks = await landing!.look(place, [library, program]);
    expect(looks.map((one) => [one.there, one.hindrance])).toEqual([
      [false, null],
      [false, null],
    ]);
    expect(await landing!.closure!(place, [library, program])).toEqual([]);
  });

  it('tells by metadata and by dnf what a part of it would lack', async () => {
    const broken = await world.connect().landing!.closure!(place, [program]);
    expect(broken.map((one) => one.component)).toEqual(['rpm/gearbox']);
    expect(broken.map((one) => one.requirement).join()).toMatch(/libgear/);
    expect((await base()).number).toBe(0);
    // What dnf says of the candidate alone: its library is nowhere.
    const shelves = await prepareShelves(world.dir, settingsOf({}));
    const folders = [join(world.dir, 'releases/mini=2E1/base/0'), join(world.dir, 'builds', program.ref, 'out')];
    const said = await repoclosure(shelves, folders);
    expect(said.map((one) => one.requirement).join()).toMatch(/libgear/);
  });

  it('moves the base once however often it is asked, and takes it back under a new number', async () => {
    const { landing } = world.connect();
    await landing!.execute(place, [library, program], 0);
    await landing!.execute(place, [library, program], 0);
    expect((await base()).number).toBe(1);
    expect((await landing!.look(place, [library])).map((one) => one.there)).toEqual([true]);
    await landing!.undo(place, [program, library]);
    await landing!.undo(place, [program, library]);
    expect((await base()).number).toBe(2);
    expect((await landing!.look(place, [library])).map((one) => one.there)).toEqual([false]);
  });

  it('is whole or not at all wherever it is killed, forward and back', async () => {
    const { landing } = world.connect();
    const isThere = async () => (await landing!.look(place, [library, program])).map((one) => one.there);
    for (const act of ['execute', 'undo'] as const) {
      for (const share of [0.1, 0.4, 0.8]) {
        await killedWhile(act, share);
        const [first, second] = await isThere();
        expect(first).toBe(second);
      }
      if (act === 'execute') await landing!.execute(place, [library, program], 0);
      else await landing!.undo(place, [program, library]);
      expect(await isThere()).toEqual(act === 'execute' ? [true, true] : [false, false]);
    }
  });

  /** In a process of its own, which is killed after a share of the time that it takes. */
  async function killedWhile(act: 'execute' | 'undo', share: number): Promise<void> {
    const code = `
      const { createLocalRpm } = require(${JSON.stringify(join(__dirname, '../../dist/index.js'))});
      const { landing } = createLocalRpm({ dir: ${JSON.stringify(world.dir)}, capacity: 2 });
      process.stdout.write('ready');
      landing.${act}(${JSON.stringify(place)}, ${JSON.stringify([library, program])}, 0);`;
    const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    const over = new Promise((done) => child.once('exit', done));
    await new Promise((done) => child.stdout.once('data', done));
    await new Promise((done) => setTimeout(done, share * 150));
    child.kill('SIGKILL');
    await over;
  }

  it('lands late what was kept, and only what is named', async () => {
    const system = world.connect();
    await system.close(place, 'kept');
    const landed = await system.close(place, 'landed', [library.ref]);
    expect(await base()).toEqual(landed);
    const looks = await system.landing!.look(place, [library, program]);
    expect(looks.map((one) => one.there)).toEqual([true, false]);
  });

  it('never lands over something newer', async () => {
    const late = await landable('libgear', 'second');
    const newer = await landable('libgear', 'third');
    const system = world.connect();
    await system.landing!.execute(await system.open(world.release, 'third'), [newer], 0);
    const second = await system.open(world.release, 'second');
    const [look] = await system.landing!.look(second, [late]);
    expect(look?.hindrance).toMatchObject({ kind: 'newer-in-base' });
    const { number } = await base();
    await expect(system.landing!.execute(second, [late], 0)).rejects.toMatchObject({ kind: 'conflict' });
    expect((await base()).number).toBe(number);
  });
});
