import fc from 'fast-check';

/** Something that happens around the scheduler while it works; `n` chooses whom it is about. */
export type Deed =
  | { readonly what: 'change'; readonly n: number }
  | { readonly what: 'hold' | 'resume' | 'cancel' | 'skip' | 'retry' | 'remove'; readonly n: number | null }
  | { readonly what: 'raise'; readonly n: number; readonly priority: number }
  | { readonly what: 'flip'; readonly n: number; readonly to: 'passed' | 'failed' }
  | { readonly what: 'add' | 'adopt' | 'withdraw'; readonly n: number }
  /** Of a tier, of a component in all cascades, or (null) of the release; for some minutes, or until somebody ends it. */
  | { readonly what: 'stop'; readonly tier: number | null; readonly n: number | null; readonly minutes: number | null }
  | { readonly what: 'go'; readonly tier: number | null; readonly n: number | null }
  | { readonly what: 'crash' }
  /** The database is set back to the moment of an earlier deed. */
  | { readonly what: 'restore'; readonly n: number }
  | { readonly what: 'again'; readonly n: number };

/** A small world and what happens in it, as numbers and words: everything else follows from it. */
export interface Tale {
  /** By component: what its build needs. Anything may need anything: cycles are knots. */
  readonly needs: readonly (readonly number[])[];
  /** By component: it has a recipe that needs none of the others. */
  readonly recipes: readonly boolean[];
  readonly minutes: readonly number[];
  /** Taken in turn by attempts: how builds and gates end. */
  readonly builds: readonly ('complete' | 'failed' | 'infrastructure')[];
  readonly gates: readonly ('passed' | 'failed' | 'overdue')[];
  /** Taken in turn by attempts: how builds hang. */
  readonly hangs: readonly ('none' | 'slow' | 'untaken')[];
  /** Minutes in which the farm's list of builds cannot be read. */
  readonly silence: { readonly from: number; readonly minutes: number } | null;
  /** The scheduler looks for what hangs. */
  readonly watched: boolean;
  /** All were built well before: who fails now was broken by the change. */
  readonly wellBefore: boolean;
  /** By component: it is planned for what it may lose, not because somebody named it. */
  readonly optional: readonly boolean[];
  /** By component: what is built with it turns out to be broken by its new build. */
  readonly breaks: readonly boolean[];
  readonly fixes: readonly ('none' | 'proven' | 'stale')[];
  readonly builders: number;
  readonly pace: 'flow' | 'lockstep';
  readonly concurrent: 'wait' | 'fold' | 'beside';
  readonly cutOff: boolean;
  readonly canaries: number;
  readonly generations: number;
  readonly security: boolean;
  /** Components of the first change; empty: all of the release. */
  readonly roots: readonly number[];
  readonly weather: { readonly lost: number; readonly doubled: number; readonly lateMs: number } | null;
  readonly deeds: readonly { readonly afterMinutes: number; readonly deed: Deed }[];
  readonly seed: number;
}

const mostComponents = 8;
const one = fc.nat(mostComponents - 1);
const few = (arbitrary: fc.Arbitrary<boolean>): fc.Arbitrary<boolean[]> =>
  fc.array(arbitrary, { minLength: mostComponents, maxLength: mostComponents });
const seldom = fc.integer({ min: 0, max: 4 }).map((n) => n === 4);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ what: fc.constant('change' as const), n: one }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constantFrom(
        'hold' as const,
        'resume' as const,
        'cancel' as const,
        'skip' as const,
        'retry' as const,
        'remove' as const,
      ),
      n: fc.option(one),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('raise' as const), n: one, priority: fc.nat(9) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constant('flip' as const),
      n: one,
      to: fc.constantFrom('passed' as const, 'failed' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      what: fc.constantFrom('add' as const, 'adopt' as const, 'withdraw' as const),
      n: one,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('stop' as const),
      tier: fc.option(fc.nat(2)),
      n: fc.option(one),
      minutes: fc.option(fc.integer({ min: 1, max: 30 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('go' as const), tier: fc.option(fc.nat(2)), n: fc.option(one) }),
  },
  { weight: 1, arbitrary: fc.constant({ what: 'crash' as const }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('restore' as const), n: fc.nat(10) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('again' as const), n: fc.nat(500) }) },
);

/**
 * Tales of a given kind: `calm` ones have no people and no accidents, so that their end is certain; in `hanging` ones builds,
 * gates and the list of builds hang, and the scheduler looks for what does.
 */
export function tales(kind: 'calm' | 'wild' | 'hanging'): fc.Arbitrary<Tale> {
  const calm = kind === 'calm';
  const hanging = kind === 'hanging';
  const some = <Value>(values: fc.Arbitrary<Value>, maxLength: number): fc.Arbitrary<Value[]> =>
    fc.array(values, { minLength: 1, maxLength });
  return fc.integer({ min: 1, max: mostComponents }).chain((count) =>
    fc.record({
      needs: fc.array(fc.array(fc.nat(count - 1), { maxLength: 3 }), { minLength: count, maxLength: count }),
      recipes: few(seldom),
      minutes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: mostComponents, maxLength: mostComponents }),
      builds: calm ? fc.constant(['complete' as const]) : fc.oneof({ weight: 9, arbitrary: some(mixed, 12) }, oneSided),
      gates: calm ? fc.constant(['passed' as const]) : some(hanging ? lateGate : gate, 12),
      hangs: hanging ? some(fc.constantFrom('none', 'none', 'slow', 'untaken'), 8) : fc.constant(['none' as const]),
      silence: hanging
        ? fc.option(fc.record({ from: fc.nat(30), minutes: fc.integer({ min: 1, max: 30 }) }))
        : fc.constant(null),
      watched: fc.constant(hanging),
      wellBefore: calm ? fc.constant(false) : fc.boolean(),
      optional: few(fc.boolean()),
      breaks: few(fc.boolean()),
      fixes: calm ? fc.constant(['none' as const]) : some(fc.constantFrom('none', 'proven', 'stale'), 6),
      builders: fc.integer({ min: 1, max: 4 }),
      pace: fc.constantFrom('flow', 'flow', 'lockstep'),
      concurrent: fc.constantFrom('wait', 'fold', 'beside', 'beside'),
      cutOff: fc.boolean(),
      canaries: fc.constantFrom(0, 0, 1, 2),
      generations: fc.integer({ min: 1, max: 3 }),
      security: seldom,
      roots: fc.array(fc.nat(count - 1), { maxLength: 2 }),
      weather: calm ? fc.constant(null) : fc.option(weather),
      deeds: calm ? fc.constant([]) : fc.array(fc.record({ afterMinutes: fc.nat(20), deed }), { maxLength: 8 }),
      seed: fc.nat(1000),
    }),
  );
}

const mixed = fc.constantFrom('complete', 'complete', 'complete', 'failed', 'infrastructure');
/** Everything goes wrong in the same way, or a burst of it does. */
const oneSided = fc.oneof(
  fc.constant(['infrastructure' as const]),
  fc.constant(['failed' as const]),
  fc.array(fc.constantFrom('infrastructure', 'infrastructure', 'infrastructure', 'complete', 'failed'), {
    minLength: 1,
    maxLength: 8,
  }),
);
const gate = fc.constantFrom('passed', 'passed', 'passed', 'failed');
const lateGate = fc.constantFrom('passed', 'passed', 'overdue', 'failed');
const weather = fc.record({
  lost: fc.constantFrom(0, 0.3),
  doubled: fc.constantFrom(0, 0.5),
  lateMs: fc.constantFrom(0, 400_000),
});
