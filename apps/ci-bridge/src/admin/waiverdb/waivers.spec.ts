import { BridgeService } from '../../testing/bridge-service';

const api = '/waiverdb/api/v1.0';
const waivers = `${api}/waivers/`;

interface Waiver {
  readonly id: number;
  readonly username: string;
  readonly testcase: string;
  readonly subject_identifier: string;
}
interface Page {
  readonly data: readonly Waiver[];
  readonly prev: string | null;
  readonly next: string | null;
  readonly first: string | null;
  readonly last: string | null;
}
interface Refused {
  readonly message: string;
  readonly validation_error: readonly object[];
}

let bridge: BridgeService;
beforeAll(async () => {
  bridge = await BridgeService.start({
    superusers: ['bea'],
    cors_url: 'https://bodhi.example',
    waiver_permissions: [
      { name: 'everybody', testcases: ['*'], testcases_ignore: ['kernel-qe.*'], groups: ['maintainer', 'friends'] },
      {
        name: 'kernel',
        maintainers: ['k@example.org'],
        testcases: ['kernel-qe.*'],
        users: ['bea'],
        groups: ['friends'],
      },
    ],
    waiver_groups: { friends: ['greta'] },
  });
});
afterAll(() => (bridge as BridgeService | undefined)?.stop());

const ada = { authorization: 'Bearer mr_ada' };
const bea = { authorization: 'Bearer mr_bea' };
const post = (body: unknown, headers: Record<string, string> = ada) =>
  bridge.post<Waiver & Refused>(waivers, body, headers);
const list = async (query: string) => (await bridge.get<Page>(`${waivers}?${query}`)).body;

const fine = {
  subject_type: 'koji_build',
  subject_identifier: 'glibc-2.26-27.fc27',
  testcase: 'testcase1',
  product_version: 'fool-1',
  waived: true,
  comment: 'it broke',
};

describe('posting', () => {
  it('takes a waiver and gives it back whole', async () => {
    const { status, body } = await post(fine);
    expect(status).toBe(201);
    expect(body).toEqual({
      ...fine,
      id: expect.any(Number) as number,
      username: 'ada',
      subject: { type: 'koji_build', item: 'glibc-2.26-27.fc27' },
      scenario: null,
      proxied_by: null,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/) as string,
    });
    expect((await bridge.get(`${waivers}${body.id}`)).body).toEqual(body);
  });

  it('takes a list, all or none, in the same shape', async () => {
    const before = (await list('include_obsolete=1&limit=1000')).data.length;
    const both = await bridge.post<Waiver[]>(waivers, [fine, { ...fine, testcase: 'testcase2', waived: false }], ada);
    expect([both.status, both.body.map(({ testcase }) => testcase)]).toEqual([201, ['testcase1', 'testcase2']]);
    expect((await post([fine, {}])).status).toBe(400);
    expect((await list('include_obsolete=1&limit=1000')).data).toHaveLength(before + 2);
  });

  it('finds the subject in older forms, and by a result', async () => {
    const { subject_type: _, subject_identifier: __, ...rest } = fine;
    const named = async (subject: object) => (await post({ ...rest, subject })).body;
    expect(await named({ type: 'brew-build', item: 'a-1-1' })).toMatchObject({ subject_type: 'koji_build' });
    expect(await named({ original_spec_nvr: 'a-1-1' })).toMatchObject({ subject_identifier: 'a-1-1' });
    expect(await named({ 'productmd.compose.id': 'F-1' })).toMatchObject({
      subject_type: 'compose',
      subject: { 'productmd.compose.id': 'F-1' },
    });
    expect((await post({ ...fine, subject_type: 'brew-build' })).body).toMatchObject({ subject_type: 'koji_build' });
    const data = { item: 'somebuild', type: 'koji_build', scenario: 'somescenario' };
    const result = await bridge.result('sometest', 'FAILED', data);
    const by = await post({ result_id: result.id, product_version: 'p', comment: 'c' });
    expect(by.body).toMatchObject({ subject_identifier: 'somebuild', testcase: 'sometest', scenario: 'somescenario' });
    expect((await post({ result_id: 999_999, product_version: 'p', comment: 'c' })).body.message).toBe(
      'Result id not found in Resultsdb',
    );
  });

  it.each<[object, object]>([
    [{ comment: undefined }, { type: 'missing', loc: ['CreateWaiver', 'comment'], msg: 'Field required' }],
    [{ testcase: undefined }, { type: 'value_error', msg: 'Value error, Argument testcase is missing' }],
    [{ testcase: undefined }, { type: 'list_type', msg: 'Input should be a valid list' }],
    [{ comment: '' }, { type: 'string_too_short' }],
    [{ waived: 'perhaps' }, { type: 'bool_parsing' }],
    [{ subject: 'asd' }, { type: 'model_type', loc: ['CreateWaiver', 'subject'], input: 'asd' }],
    [
      { subject: { item: 'a' } },
      { msg: expect.stringContaining('subject argument should not be used together') as string },
    ],
    [{ result_id: 1 }, { msg: expect.stringContaining('result_id argument should not be used together') as string }],
    [{ subject_type: undefined }, { msg: expect.stringContaining('subject must be defined using') as string }],
    [{ expires: 'soon' }, { loc: ['CreateWaiver', 'expires'] }],
  ])('%#: says what is wrong with it', async (changes, problem) => {
    const { status, body } = await post({ ...fine, ...changes });
    expect(status).toBe(400);
    expect(body.validation_error).toEqual(expect.arrayContaining([expect.objectContaining(problem)]));
    expect(typeof body.message).toBe('string');
  });

  it('needs a token, on loopback too, and one that may do more than read', async () => {
    expect((await post(fine, {})).status).toBe(401);
    expect((await post(fine, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await post(fine, { authorization: 'Bearer mr_rob' })).status).toBe(403);
    expect((await post(fine, { 'x-remote-user': 'ada' })).status).toBe(401);
    expect((await post(fine, { authorization: 'Basic ZHVtbXk6ZHVtbXk=' })).status).toBe(401);
  });

  it("waives in another's name for superusers alone", async () => {
    const proxied = { ...fine, username: 'greta' };
    expect(await post(proxied)).toMatchObject({
      status: 403,
      body: { message: 'user ada does not have the proxyuser ability' },
    });
    expect(await post(proxied, bea)).toMatchObject({ status: 201, body: { username: 'greta', proxied_by: 'bea' } });
    expect((await list('proxied_by=bea')).data).toHaveLength(1);
  });

  it('heeds permissions by test case, users and groups', async () => {
    const kernel = { ...fine, testcase: 'kernel-qe.boot' };
    expect(await post(kernel)).toMatchObject({
      status: 403,
      body: { message: 'User ada is not authorized to submit results for the test case kernel-qe.boot' },
    });
    expect((await post(kernel, bea)).status).toBe(201);
    expect((await post({ ...kernel, username: 'greta' }, bea)).status).toBe(201);
    expect((await post({ ...kernel, username: 'florian' }, bea)).status).toBe(403);
    const names = async (query: string) =>
      (await bridge.get<{ name: string }[]>(`${api}/permissions${query}`)).body.map(({ name }) => name);
    expect(await names('')).toEqual(['everybody', 'kernel']);
    expect(await names('?testcase=kernel-qe.boot')).toEqual(['kernel']);
    expect((await bridge.get(`${api}/config`)).body).toMatchObject({ superusers: ['bea'] });
  });

  it('gives the same waiver for the same idempotency key', async () => {
    const key = { ...ada, 'idempotency-key': 'once' };
    const [one, two] = [await post(fine, key), await post(fine, key)];
    expect(two.body.id).toBe(one.body.id);
  });
});

describe('reading', () => {
  it('pages from one on, with links that keep what was asked', async () => {
    const many = Array.from({ length: 30 }, (_, n) => ({ ...fine, subject_identifier: `p-${n}`, testcase: 'paged' }));
    await bridge.post(waivers, many, ada);
    const page = await list('page=2&testcase=paged');
    expect(page.data).toHaveLength(10);
    const link = (to: number): string => `${bridge.url}${waivers}?page=${to}&testcase=paged`;
    expect(page).toMatchObject({ prev: link(1), next: link(3), first: link(1), last: link(3) });
    expect(page.data[0]!.subject_identifier).toBe('p-19');
    expect(await list('page=9&testcase=paged')).toEqual({ data: [], prev: null, next: null, first: null, last: null });
  });

  it('leaves out what is obsolete: a newer one of the same user, product version and scenario', async () => {
    const of = (changes: object) => post({ ...fine, testcase: 'obsolete', ...changes });
    await of({});
    const newer = await of({ waived: false });
    const others = [await of({ product_version: 'fool-2' }), await of({ scenario: 's' })];
    const ids = (page: Page): number[] => page.data.map(({ id }) => id);
    const current = [...others.map(({ body }) => body.id).reverse(), newer.body.id];
    expect(ids(await list('testcase=obsolete'))).toEqual(current);
    expect((await list('testcase=obsolete&include_obsolete=1')).data).toHaveLength(4);
    expect(ids(await list('testcase=obsolete&include_obsolete=0&scenario=s'))).toEqual([others[1]!.body.id]);
    const filters = [{ testcase: 'obsolete' }];
    const filtered = await bridge.post<Page>(`${waivers}+filtered`, { filters });
    expect(ids(filtered.body)).toEqual(others.map(({ body }) => body.id).reverse());
  });

  it('filters by time, and says which part is none', async () => {
    const { body } = await post({ ...fine, testcase: 'timed' });
    const { timestamp } = (await bridge.get<{ timestamp: string }>(`${waivers}${body.id}`)).body;
    expect((await list(`testcase=timed&since=${timestamp}`)).data).toHaveLength(1);
    expect((await list(`testcase=timed&since=2017-01-01T00:00:00,2017-02-01T00:00:00`)).data).toHaveLength(0);
    expect((await list(`testcase=timed&since=2999-01-01T00:00:00`)).data).toHaveLength(0);
    const wrong = async (since: string) => (await bridge.get(`${waivers}?since=${since}`)).body;
    expect(await wrong('123')).toEqual({ message: { since: "Invalid isoformat string: '123'" } });
    expect(await wrong(`${timestamp},too,many`)).toEqual({
      message: { since: "Invalid isoformat string: 'too,many'" },
    });
  });

  it('finds by subjects and test cases, as of old', async () => {
    const ask = (body: object) => bridge.post<Page & Refused>(`${waivers}+by-subjects-and-testcases`, body);
    const subject = { type: 'koji_build', item: 'p-3' };
    expect((await ask({ results: [{ subject, testcase: 'paged' }] })).body.data).toHaveLength(1);
    expect((await ask({ results: [{ subject: { item: 'p-3' }, testcase: 'paged' }] })).body.data).toEqual([]);
    const bad = await ask({ results: [{ subject: 'p-3' }] });
    expect(bad.body.validation_error).toMatchObject([
      { loc: ['results', 0, 'testcase'], msg: 'Field required' },
      { loc: ['results', 0, 'subject'], msg: 'Input should be a valid dictionary or instance of TestSubject' },
    ]);
    expect((await ask({ since: 123 })).body.validation_error).toMatchObject([{ loc: ['since'], type: 'string_type' }]);
    expect((await ask({ since: 'asdf' })).body.message).toEqual({ since: "Invalid isoformat string: 'asdf'" });
  });

  it('answers what is not there, and what is wrong, with JSON', async () => {
    expect(await bridge.get(`${waivers}999999`)).toMatchObject({ status: 404, body: { message: 'Waiver not found' } });
    expect((await bridge.get<Refused>(`${waivers}foo`)).body.message).toContain('The requested URL was not found');
    const missing = await bridge.post<Refused>(`${waivers}+filtered`, { somethingelse: 'what' });
    expect(missing.body.validation_error).toMatchObject([{ loc: ['filters'], msg: 'Field required', type: 'missing' }]);
    expect((await bridge.post(`${waivers}+filtered`, { filters: [] })).status).toBe(400);
    expect((await bridge.send('DELETE', waivers)).status).toBe(405);
    expect(
      (await bridge.send('POST', waivers, 'x'.repeat(1_200_000), { ...ada, 'content-type': 'text/plain' })).status,
    ).toBe(413);
    expect((await bridge.get(`${api}/about/`)).body).toEqual({ version: '1.4.0', auth_method: 'Token' });
    expect((await bridge.get('/waiverdb/healthcheck')).body).toBe('Health check OK');
  });

  it('is called back with what was asked for (JSONP), by names of functions alone', async () => {
    const { body: made } = await post({ ...fine, testcase: 'called' });
    const called = await bridge.get<string>(`${waivers}${made.id}?callback=jsonpcallback`);
    expect(called.headers.get('content-type')).toMatch(/^application\/javascript/);
    expect(JSON.parse(/^jsonpcallback\((.*)\);$/.exec(called.body)![1]!)).toEqual(
      (await bridge.get(`${waivers}${made.id}`)).body,
    );
    expect((await bridge.get(`${waivers}${made.id}?callback=alert(1)//`)).status).toBe(400);
  });

  it('lets one foreign page read it', async () => {
    const from = async (origin: string, method = 'OPTIONS') => {
      const { status, headers } = await bridge.send(method, waivers, undefined, { origin });
      return [status, headers.get('access-control-allow-origin')];
    };
    expect(await from('https://bodhi.example')).toEqual([200, 'https://bodhi.example']);
    expect(await from('https://bodhi.example', 'GET')).toEqual([200, 'https://bodhi.example']);
    expect(await from('https://evil.example')).toEqual([200, null]);
    expect(await from('https://evil.example', 'GET')).toEqual([403, null]);
  });
});
