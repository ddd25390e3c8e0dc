import { lowerBound, sharpBound } from './bound';
import type { Step } from './schedule';

const step = (needs: readonly number[]): Step => ({
  ...{ component: 'rpm/x', pass: 1, tier: 0, bootstrap: false, knot: false, because: '' },
  needs,
});
const none = [0, 0, 0, 0];
const ten = [10, 10, 10, 10];

describe('the lower bound', () => {
  const chain = [step([]), step([0]), step([]), step([1, 2])];
  const build = [100, 50, 20, 30];

  it('is the longest chain where there are builders enough', () => {
    expect(lowerBound(chain, { build, after: none }, 10)).toBe(180);
  });

  it('is the work that each builder has where there are few', () => {
    expect(lowerBound(chain, { build, after: none }, 1)).toBe(200);
  });

  it('counts what comes after a build once for each link of the chain', () => {
    expect(lowerBound(chain, { build, after: ten }, 10)).toBe(210);
  });
});

describe('the sharp bound', () => {
  const fan = [step([]), step([0]), step([0]), step([0])];
  const build = [100, 40, 40, 40];

  it('knows that builders stand idle while all wait for one', () => {
    expect(lowerBound(fan, { build, after: none }, 2)).toBe(140);
    expect(sharpBound(fan, { build, after: none }, 2)).toBe(160);
  });

  it('counts what comes after the last build', () => {
    expect(sharpBound(fan, { build, after: ten }, 2)).toBe(180);
  });
});
