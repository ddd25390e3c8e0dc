import { connectToBodhi, type Bodhi, type UpdateDraft } from './client';
import { gateOf, standingOf } from './standing';

/** A Bodhi that the suite may write to, the fake or a real one. */
export interface BodhiWorld {
  readonly url: string;
  readonly token: string;
  /** Makes a side tag of the token's user with these builds, final ones; gives its name and their NVRs. */
  sideTag(names: readonly string[]): Promise<{ readonly tag: string; readonly nvrs: readonly string[] }>;
  destroy(): Promise<void>;
}

/** What a Bodhi must do for this client; run on the fake, and on every other that can be had. */
export function describeBodhi(name: string, open: () => Promise<BodhiWorld>): void {
  describe(`the client of Bodhi, on ${name}`, () => {
    let world: BodhiWorld;
    let bodhi: Bodhi;
    beforeAll(async () => {
      world = await open();
      bodhi = connectToBodhi({ url: world.url, token: () => world.token });
    });
    afterAll(() => world.destroy());

    const draft = (fromTag: string, builds: readonly string[]): UpdateDraft => ({
      ...{ fromTag, builds, type: 'enhancement', marker: `Millrace-Landing: suite/${fromTag}` },
      notes: 'Rebuilt for a suite of tests.',
    });

    it('makes one update of a side tag, with the builds that are named, and finds it by its marker', async () => {
      const { tag, nvrs } = await world.sideTag(['suite-a', 'suite-b', 'suite-c']);
      const wanted = draft(tag, nvrs.slice(0, 2));
      expect(await bodhi.find(wanted)).toBeNull();
      const made = await bodhi.submit(wanted);
      expect(made).toMatchObject({ from_tag: tag, builds: wanted.builds.map((nvr) => ({ nvr })) });
      expect((await bodhi.submit(wanted)).alias).toBe(made.alias);
      expect((await bodhi.find(wanted))!.alias).toBe(made.alias);
      expect((await bodhi.update(made.alias))!.notes).toContain(wanted.marker);
      expect(standingOf(made)).toBe('on-its-way');
      expect(['pending', 'passed', 'unknown']).toContain(gateOf(made).decision);
    });

    it('edits it when other builds are to go, and unpushes it; both can be said twice', async () => {
      const { tag, nvrs } = await world.sideTag(['suite-d', 'suite-e']);
      const first = await bodhi.submit(draft(tag, nvrs.slice(0, 1)));
      const edited = await bodhi.submit(draft(tag, nvrs));
      expect([edited.alias, edited.builds.length]).toEqual([first.alias, 2]);
      await bodhi.comment(first.alias, 'a word of a suite');
      expect(standingOf(await bodhi.request(first.alias, 'unpush'))).toBe('withdrawn');
      expect(standingOf(await bodhi.request(first.alias, 'unpush'))).toBe('withdrawn');
      const again = await bodhi.submit(draft(tag, nvrs));
      expect([again.alias, standingOf(again)]).toEqual([first.alias, 'on-its-way']);
      await bodhi.request(first.alias, 'unpush');
    });

    it('refuses in words: no such side tag, a build that is not in it', async () => {
      const unheard = bodhi.submit(draft('millrace-unheard-of', ['suite-x-1-1']));
      await expect(unheard).rejects.toMatchObject({
        code: 'bodhi-refused',
        kind: 'conflict',
        message: expect.stringMatching(/\w/) as string,
      });
      const { tag } = await world.sideTag(['suite-f']);
      await expect(bodhi.submit(draft(tag, ['suite-unheard-1-1']))).rejects.toMatchObject({ kind: 'conflict' });
      expect(await bodhi.update('FEDORA-1999-0000000000')).toBeNull();
    });

    it('lets nobody write without a token that is good', async () => {
      const { tag, nvrs } = await world.sideTag(['suite-g']);
      const stranger = connectToBodhi({ url: world.url, token: () => 'no-token-of-anybody' });
      await expect(stranger.submit(draft(tag, nvrs))).rejects.toMatchObject({ kind: 'forbidden' });
      const reader = connectToBodhi({ url: world.url });
      await expect(reader.submit(draft(tag, nvrs))).rejects.toMatchObject({ code: 'bodhi-read-only' });
      expect(await reader.withBuilds(nvrs)).toEqual([]);
    });
  });
}
