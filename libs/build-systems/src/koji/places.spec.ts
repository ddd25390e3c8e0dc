import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildSystem, Order } from '../build-system';
import { ended } from '../build-system-world';
import { kojiDesk } from './koji-desk.suite';

describe('Koji: side tags, drafts and landing', () => {
  const desk = kojiDesk();
  const { connect, order, build, tagged, sideTags, tasks } = desk;

  it('makes one side tag though the answer was lost', async () => {
    Object.assign(desk.hub.trouble, { loseAnswers: 1, loseOf: 'createSideTag' });
    const place = await connect().open('f43', 'c1');
    expect(desk.hub.state.tags.filter((t) => t.sideOf !== null).map((t) => t.name)).toEqual([place.id]);
  });

  it('makes a side tag for each of many that ask at one time, though answers are lost, and none twice', async () => {
    Object.assign(desk.hub.trouble, { loseAnswers: 3, loseOf: 'createSideTag' });
    const system = connect();
    const names = ['c1', 'c2', 'c3', 'c4', 'c1', 'c2'];
    const opened = await Promise.all(names.map((name) => system.open('f43', name)));
    const ids = opened.map((place) => place.id);
    expect(new Set(ids).size).toBe(4);
    expect([ids[4], ids[5]]).toEqual([ids[0], ids[1]]);
    const beside: Order = { ...order('libfoo', 'c1'), macros: { _with_bootstrap: '1' } };
    Object.assign(desk.hub.trouble, { loseAnswers: 1, loseOf: 'build' });
    await connect({}, 'millrace', 1)
      .submit('beside', beside, opened[0]!)
      .catch(() => undefined);
    await connect().submit('beside', beside, opened[0]!);
    expect(desk.hub.state.tags.filter((t) => t.sideOf !== null)).toHaveLength(5);
    expect(tasks()).toBe(1);
  });

  it('promotes drafts once, under the same ref', async () => {
    const system = connect({ drafts: true });
    const lib = await build(system, 'libfoo', 'c1');
    expect(lib.nvr).toMatch(/^libfoo-1\.4-1,draft_\d+$/);
    Object.assign(desk.hub.trouble, { loseAnswers: 1, loseOf: 'promoteBuild' });
    await system.promote(lib.ref);
    await connect().promote(lib.ref);
    expect((await system.look([lib.ref]))[0]!.nvr).toBe('libfoo-1.4-1');
  });

  it('promotes at the gate where that is wanted, and else when the cascade lands', async () => {
    const early = connect({ drafts: true, promote: 'gate' });
    const lib = await build(early, 'libfoo', 'c1');
    Object.assign(desk.hub.trouble, { loseAnswers: 1, loseOf: 'promoteBuild' });
    await early.admit(lib.ref, await early.open('f43', 'c1'));
    expect((await early.look([lib.ref]))[0]!.nvr).toBe('libfoo-1.4-1');
    const late = connect({ drafts: true });
    const slow = await build(late, 'box', 'c2');
    const place = await late.open('f43', 'c2');
    await late.admit(slow.ref, place);
    expect((await late.look([slow.ref]))[0]!.nvr).toContain(',draft_');
    await late.close(place, 'landed');
    expect((await late.look([slow.ref]))[0]!.nvr).toBe('box-1-1');
  });

  it.each(['tagBuild', 'cancelTask'])('does %s once though the answer was lost and the caller died', async (method) => {
    const place = await connect().open('f43', 'c1');
    const lib = await build(connect(), 'libfoo', 'c1');
    const slow = await connect().submit('slow', order('slow', 'c1'), place);
    const act = (system: BuildSystem): Promise<unknown> =>
      method === 'tagBuild' ? system.admit(lib.ref, place) : system.cancel(slow);
    Object.assign(desk.hub.trouble, { loseAnswers: 1, loseOf: method });
    await act(connect({}, 'millrace', 1)).catch(() => undefined);
    await act(connect());
    await act(connect());
    expect(tasks('tagBuild')).toBe(method === 'tagBuild' ? 1 : 0);
    if (method === 'tagBuild') expect(tagged(place.id)).toEqual(['libfoo']);
    else expect((await connect().look([slow]))[0]!.state).toBe('cancelled');
    expect(await readdir(join(desk.dir, 'intents'))).toEqual([]);
  });

  it('moves a build once, and removes a side tag once, though answers were lost and the caller died', async () => {
    const target = { isolation: 'target' } as const;
    const place = await connect(target).open('f43', 'c1');
    const lib = await build(connect(target), 'libfoo', 'c1');
    Object.assign(desk.hub.trouble, { loseAnswers: 1, loseOf: 'moveBuild' });
    await connect(target, 'millrace', 1)
      .admit(lib.ref, place)
      .catch(() => undefined);
    await connect(target).admit(lib.ref, place);
    expect(desk.hub.state.tasks.filter((t) => t.method === 'tagBuild' && t.parent === null)).toHaveLength(1);
    const side = await connect().open('f43', 'c2');
    const macros = { ...order('libfoo', 'c2'), macros: { _with_bootstrap: '1' } };
    await ended(connect(), await connect().submit('beside', macros, side));
    Object.assign(desk.hub.trouble, { loseAnswers: 1, loseOf: 'removeSideTag' });
    await connect({}, 'millrace', 1)
      .close(side, 'kept')
      .catch(() => undefined);
    await connect().close(side, 'kept');
    expect(sideTags()).toEqual([side.id]);
    expect(await readdir(join(desk.dir, 'intents'))).toEqual([]);
  });

  it('removes the side tag of what has landed, though the answer was lost and the caller died', async () => {
    const place = await connect().open('f43', 'c1');
    await connect().admit((await build(connect(), 'libfoo', 'c1')).ref, place);
    Object.assign(desk.hub.trouble, { loseAnswers: 1, loseOf: 'removeSideTag' });
    await expect(connect({}, 'millrace', 1).close(place, 'landed')).rejects.toMatchObject({ kind: 'unavailable' });
    const landed = await connect().close(place, 'landed');
    expect(landed).toEqual(await connect().repository('f43', null));
    expect([sideTags(), tagged('t1'), await readdir(join(desk.dir, 'intents'))]).toEqual([[], ['libfoo'], []]);
  });

  it('keeps a side tag that the hub does not let go, or that has what did not land', async () => {
    const system = connect();
    const place = await system.open('f43', 'c1');
    await system.admit((await build(system, 'libfoo', 'c1')).ref, place);
    const tag = desk.hub.state.tags.find((t) => t.name === place.id)!;
    const { owner } = tag;
    const letGo = (may: boolean) => {
      desk.hub.state.users.forEach((user) => Object.assign(user, { perms: may ? ['admin'] : [] }));
      Object.assign(tag, { owner: may ? owner : 999 });
    };
    letGo(false);
    const landed = await system.close(place, 'landed');
    expect(landed).toEqual(await system.repository('f43', null));
    expect([sideTags(), tagged('t1')]).toEqual([[place.id], ['libfoo']]);
    letGo(true);
    const kept = await system.open('f43', 'c2');
    const late = await build(system, 'box', 'c2');
    await system.admit(late.ref, { ...kept, id: place.id });
    await system.close(place, 'landed');
    expect([sideTags(), tagged('t1')]).toEqual([[place.id, kept.id], ['libfoo']]);
    await system.close(kept, 'kept');
    expect(sideTags()).toEqual([place.id, kept.id]);
  });

  it('tags anew when the task whose answer was lost has failed meanwhile', async () => {
    const place = await connect().open('f43', 'c1');
    const lib = await build(connect(), 'libfoo', 'c1');
    desk.hub.control.holdTasks(true);
    Object.assign(desk.hub.trouble, { loseAnswers: 1, loseOf: 'tagBuild' });
    await connect({}, 'millrace', 1)
      .admit(lib.ref, place)
      .catch(() => undefined);
    const [lost] = desk.hub.state.tasks.filter((t) => t.method === 'tagBuild');
    desk.hub.control.endTask(lost!.id, 'FAILED', 'the builder died');
    desk.hub.control.holdTasks(false);
    await connect().admit(lib.ref, place);
    expect([tasks('tagBuild'), tagged(place.id)]).toEqual([2, ['libfoo']]);
  });

  it('moves candidates of a given target to the base when they are admitted', async () => {
    const system = connect({ isolation: 'target' });
    const place = await system.open('f43', 'c1');
    const lib = await build(system, 'libfoo', 'c1');
    await system.admit(lib.ref, place);
    const there = desk.hub.state.taggings.filter((t) => t.revoke_event === null).map((t) => t.tag_id);
    expect(there).toEqual([desk.hub.state.tags.find((t) => t.name === 't1')!.id]);
  });
});
