import { pagesOf } from './pages';

const list = Array.from({ length: 25_000 }, (_, n) => n);
const asked: number[] = [];
const ask = ({ limit, offset }: { limit: number; offset: number }) => {
  asked.push(offset);
  return Promise.resolve({ found: list.slice(offset, offset + limit), few: offset === 0 ? ['x'] : [] });
};
const lists = (reply: { found: number[]; few: string[] }): unknown[][] => [reply.found, reply.few];

describe('pages', () => {
  beforeEach(() => asked.splice(0));

  it('are followed to the end', async () => {
    const { found, few } = await pagesOf({}, ask, lists);
    expect(found).toEqual(list);
    expect(few).toEqual(['x']);
    expect(asked).toEqual([0, 10_000, 20_000]);
  });

  it('are one where a limit is given', async () => {
    const { found } = await pagesOf({ limit: '5', offset: '7' }, ask, lists);
    expect(found).toEqual([7, 8, 9, 10, 11]);
    expect(asked).toEqual([7]);
  });
});
