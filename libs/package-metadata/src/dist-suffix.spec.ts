import { compareEvr } from './rpm-md/evr';
import { distSuffix, isCommonDist } from './dist-suffix';

const of = { dist: '.fc43', cascade: 12, generation: 1, attempt: 1 };
const release = (number: number, dist: string) => ({ epoch: '0', version: '1', release: `${number}${dist}` });

it('sorts upwards: above what it replaces, attempt by attempt, cascade by cascade, and below the next commit', () => {
  const upwards = [
    release(1, '.fc43'),
    release(1, distSuffix({ ...of, bootstrap: true })),
    release(1, distSuffix(of)),
    release(1, distSuffix({ ...of, attempt: 2 })),
    release(1, distSuffix({ ...of, generation: 2 })),
    release(1, distSuffix({ ...of, generation: 2, attempt: 10 })),
    release(1, distSuffix({ ...of, cascade: 13 })),
    release(1, distSuffix({ ...of, cascade: 100 })),
    release(2, '.fc43'),
  ];
  for (const [n, one] of upwards.slice(1).entries()) expect(compareEvr(upwards[n]!, one)).toBeLessThan(0);
});

it('is one for all first builds of a cascade', () => {
  expect(distSuffix(of)).toBe('.fc43.mr12');
  expect(isCommonDist(distSuffix(of))).toBe(true);
  expect(isCommonDist(distSuffix({ ...of, attempt: 2 }))).toBe(false);
  expect(isCommonDist(distSuffix({ ...of, bootstrap: true }))).toBe(false);
});
