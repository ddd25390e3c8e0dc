import * as fc from 'fast-check';
import { AppError, toAppError } from './app-error';
import { assertNever } from './assert-never';
import { componentId, componentTypeOf, componentTypes, isComponentId, parseComponentId } from './component-id';
import { doWork, isParked, parkUntil, put, tellSelf, wakeAt, type Row } from './decision';
import { canonicalJson, digestOf, sha256 } from './digest';
import { later, moment, msBetween, msOf } from './moment';
import { nevraText, nvrOf, parseNvr } from './nevra';
import { isRefusal, refuse } from './refusal';
import { fromSubjectToken, subjectToken } from './subject-token';

describe('component ids', () => {
  const letter = fc.constantFrom(...'abzAZ019');
  const name = fc
    .tuple(letter, fc.string({ unit: fc.oneof(letter, fc.constantFrom('.', '_', '+', '-')), maxLength: 20 }))
    .map(([first, rest]) => first + rest);

  it('give back what they were made of', () => {
    fc.assert(
      fc.property(fc.constantFrom(...componentTypes), name, fc.option(name, { nil: undefined }), (type, of, stream) => {
        const id = componentId(type, of, stream);
        expect(isComponentId(id)).toBe(true);
        expect(parseComponentId(id)).toEqual({ type, name: of, ...(stream === undefined ? {} : { stream }) });
        expect(componentTypeOf(id)).toBe(type);
      }),
    );
  });

  it.each([
    '',
    'openssl',
    'rpm/',
    'rpm/-x',
    'rpm/../x',
    'rpm/a b',
    'rpm/a/b',
    'RPM/x',
    'snap/x',
    'rpm/x:',
    'rpm/x:1:2',
    'rpm/x\n',
    'rpm/é',
    `rpm/${'x'.repeat(253)}`,
  ])('%j is none', (text) => {
    expect(isComponentId(text)).toBe(false);
    expect(() => parseComponentId(text)).toThrow(
      expect.objectContaining({ code: 'component-id-malformed', kind: 'invalid' }) as Error,
    );
  });
});

describe('subject tokens', () => {
  it('are one token of NATS, and give back any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        const token = subjectToken(text);
        expect(token).toMatch(/^[A-Za-z0-9_=-]+$/);
        expect(fromSubjectToken(token)).toBe(text);
      }),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary', minLength: 1 }), (t) => fromSubjectToken(subjectToken(t)) === t));
  });

  it('differ for different texts', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '.', '=', '2', 'E', '-', 'ä'), minLength: 1, maxLength: 4 });
    fc.assert(fc.property(text, text, (a, b) => (a === b) === (subjectToken(a) === subjectToken(b))));
  });

  it('are `-` for nothing', () => {
    expect([null, undefined, ''].map(subjectToken)).toEqual(['-', '-', '-']);
    expect(subjectToken('el8.6.0.z')).toBe('el8=2E6=2E0=2Ez');
  });
});

describe('digests', () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([k, v]) => [k, shuffled(v)]),
    );
  };

  it('do not depend on the order of keys, and survive JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(digestOf(shuffled(value))).toBe(digestOf(value));
        expect(digestOf(JSON.parse(JSON.stringify(value)))).toBe(digestOf(value));
      }),
    );
  });

  it('depend on everything else', () => {
    const digests = [{ a: 1 }, { a: '1' }, { b: 1 }, [1], [1, 2], [2, 1], { a: null }, {}, []].map(digestOf);
    expect(new Set(digests).size).toBe(digests.length);
    expect(digestOf({ a: 1, b: undefined })).toBe(digestOf({ a: 1 }));
  });

  it('are those of sha256sum', () => {
    expect(canonicalJson({ b: [1, { d: 2, c: 3 }], a: 'x' })).toBe('{"a":"x","b":[1,{"c":3,"d":2}]}');
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(digestOf({})).toBe(`sha256:${sha256('{}')}`);
  });
});

describe('moments', () => {
  const ms = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });

  it('sort as text as they follow in time', () => {
    fc.assert(fc.property(ms, ms, (a, b) => a < b === moment(a) < moment(b)));
  });

  it('can be counted with', () => {
    fc.assert(
      fc.property(ms, fc.integer({ min: 0, max: 1e9 }), (at, some) => {
        expect(msOf(moment(at))).toBe(at);
        expect(msBetween(moment(at), later(moment(at), some))).toBe(some);
      }),
    );
    expect(moment(Date.UTC(2026, 0, 31, 9, 30))).toBe('2026-01-31T09:30:00.000Z');
    expect(msBetween('2026-01-31T09:30:01.000Z', '2026-01-31T09:30:00.000Z')).toBe(-1000);
  });
});

describe('NVRs', () => {
  const part = fc.stringMatching(/^[A-Za-z0-9._+~^]{1,8}$/);

  it('split at their last two dashes, whatever the name has', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,12}$/), part, part, (name, version, release) => {
        expect(parseNvr(nvrOf({ name, version, release }))).toEqual({ name, version, release });
      }),
    );
    expect(parseNvr('gcc-c++-14.2.1-3.fc43')).toEqual({ name: 'gcc-c++', version: '14.2.1', release: '3.fc43' });
  });

  it.each(['', 'x', 'x-1', '-1-1', 'x--1', 'x-1-'])('%j is none', (text) => expect(parseNvr(text)).toBeNull());

  it('have their epoch in a NEVRA', () => {
    const whole = { name: 'x', epoch: '0', version: '1', release: '2', arch: 'noarch' };
    expect(nevraText(whole)).toBe('x-0:1-2.noarch');
  });
});

describe('decisions', () => {
  interface Thing extends Row {
    readonly colour: string;
  }
  const thing = (id: string, colour: string): Thing => ({ id, revision: 4, colour });

  it('put a row into a copy of the slice, and leave all others as they are', () => {
    const state = { things: new Map([['a', thing('a', 'red')]]), others: new Map<string, Thing>() };
    const next = put(state, 'things', thing('b', 'blue'));
    const last = put(next, 'things', thing('a', 'green'));
    expect([...last.things.values()].map(({ colour }) => colour)).toEqual(['green', 'blue']);
    expect([...state.things.values()]).toEqual([thing('a', 'red')]);
    expect(next.things.get('a')).toBe(state.things.get('a'));
    expect(last.others).toBe(state.others);
    expect(last.things.get('a')!.revision).toBe(4);
  });

  it('say their effects plainly', () => {
    expect(doWork('mail', 'k', { to: 'ada' })).toEqual({ lane: 'work', kind: 'mail', key: 'k', order: { to: 'ada' } });
    expect(doWork('mail', 'k', 1, '2026-01-31T09:30:00.000Z').notBefore).toBe('2026-01-31T09:30:00.000Z');
    expect(wakeAt('k', null, 1)).toEqual({ lane: 'deadline', key: 'k', at: null, input: 1 });
    expect(tellSelf(1)).toEqual({ lane: 'input', input: 1 });
  });

  it('are told apart from refusals and from what is parked', () => {
    const decision = { state: {}, effects: [] };
    const refusal = refuse('taken', 'it is taken', 'take another', 'conflict');
    const parked = parkUntil('x', 'it is not there yet');
    expect([decision, refusal, parked, null, 'x', undefined].map((v) => [isRefusal(v), isParked(v)])).toEqual([
      [false, false],
      [true, false],
      [false, true],
      [false, false],
      [false, false],
      [false, false],
    ]);
    expect(refusal).toEqual({
      refused: true,
      code: 'taken',
      kind: 'conflict',
      because: 'it is taken',
      remedy: 'take another',
    });
    expect(refuse('c', 'b', 'r').kind).toBe('invalid');
  });
});

describe('faults', () => {
  it('carry what, which kind, why and what to do', () => {
    const cause = new Error('ENOENT');
    const fault = new AppError({ code: 'c', kind: 'missing', message: 'm', remedy: 'r', cause });
    expect(fault).toBeInstanceOf(Error);
    expect(fault).toMatchObject({ name: 'AppError', code: 'c', kind: 'missing', message: 'm', remedy: 'r', cause });
    expect(toAppError(fault)).toBe(fault);
  });

  it.each([
    [new TypeError('x is not a function'), 'x is not a function'],
    ['a text', 'a text'],
    [404, '404'],
    [null, 'null'],
  ])('are bugs when they are anything else: %s', (thrown, message) => {
    expect(toAppError(thrown)).toMatchObject({ code: 'unexpected', kind: 'bug', message, cause: thrown });
  });

  it('name the case that should not be', () => {
    expect(() => assertNever({ type: 'new' } as never)).toThrow('{"type":"new"}');
  });
});
