import { breaks } from './additive';

const before = {
  type: 'object',
  properties: { name: { type: 'string', maxLength: 10 }, state: { enum: ['a', 'b'] } },
  required: ['name'],
};

describe('a released schema', () => {
  test('is kept by itself', () => expect(breaks(before, structuredClone(before))).toEqual([]));

  test('may get an optional member, at any depth', () => {
    const inner = { type: 'object', properties: { inner: before } };
    const grown = { ...before, properties: { ...before.properties, note: { type: 'string' } } };
    expect(breaks(before, grown)).toEqual([]);
    expect(breaks(inner, { type: 'object', properties: { inner: grown } })).toEqual([]);
  });

  test('may be described better', () => {
    expect(breaks(before, { ...before, description: 'new words' })).toEqual([]);
  });

  test.each([
    ['a member that went', { ...before, properties: { name: before.properties.name } }, 'data.state is gone'],
    ['a new required member', { ...before, required: ['name', 'state'] }, 'data.state became required'],
    ['a member no longer required', { ...before, required: [] }, 'data.name is no longer required'],
    [
      'another type',
      { ...before, properties: { ...before.properties, name: { type: 'number', maxLength: 10 } } },
      'data.name.type changed',
    ],
    [
      'a tighter bound',
      { ...before, properties: { ...before.properties, name: { type: 'string', maxLength: 9 } } },
      'data.name.maxLength changed',
    ],
    [
      'a new word where readers switch on words',
      { ...before, properties: { ...before.properties, state: { enum: ['a', 'b', 'c'] } } },
      'data.state.enum changed',
    ],
  ])('is broken by %s', (_, after, words) => expect(breaks(before, after)).toEqual([words]));
});
