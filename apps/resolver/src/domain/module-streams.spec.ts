import { streamsLeftOut } from './module-streams';
import type { Reach } from './policy';

const ids = ['rpm/perl', 'module/perl:5.8', 'module/perl:5.24', 'module/perl:5.10', 'module/php:7.4', 'module/php:8.1'];
const day = '2026-11-23';
const reach = (module_streams: Reach['module_streams']): Reach => ({
  ...{ tools: [], embedding: [], components: [], scope: 'capability' },
  module_streams,
});
const left = (policy: Reach['module_streams']): Record<string, string> =>
  Object.fromEntries(streamsLeftOut(reach(policy), ids, day).map((one) => [one.id, one.because]));

describe('module streams that are not rebuilt', () => {
  it('are none without a policy', () => {
    expect(streamsLeftOut(null, ids, day)).toEqual([]);
    expect(left(undefined)).toEqual({});
  });

  it('are those that the release does not support', () => {
    expect(left({ supported: ['perl:*'] })).toEqual({
      'module/php:7.4': 'the release does not support this stream',
      'module/php:8.1': 'the release does not support this stream',
    });
  });

  it('are those whose life has ended, from that day on', () => {
    const ends = [
      { match: 'php:7.*', on: '2026-11-23' },
      { match: 'perl:*', on: '2026-11-24' },
    ];
    expect(left({ ends })).toEqual({ 'module/php:7.4': 'the life of this stream ended on 2026-11-23' });
  });

  it('are the older ones over the limit of a module', () => {
    const because = 'the release rebuilds at most 2 of the 3 streams of a module';
    expect(left({ most: 2 })).toEqual({ 'module/perl:5.8': because });
  });
});
