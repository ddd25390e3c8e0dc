import { actsText } from './act-words';

const act = (component: string, done: boolean) => ({ cascade: 'c-1', component, done, text: `${component}!` });

describe('what became of an act', () => {
  it('is its own words where it was about one thing', () => {
    expect(actsText({ text: 'rpm/a is skipped' })).toBe('rpm/a is skipped');
    expect(actsText({ text: 'rpm/a is skipped', acts: [act('rpm/a', true)] })).toBe('rpm/a is skipped');
  });

  it('names each thing, and why it was not done', () => {
    const acts = [act('rpm/a', true), { ...act('rpm/b', false), remedy: 'wait' }];
    const text = actsText({ text: '1 of 2 skipped', acts });
    expect(text.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
      '1 of 2 skipped',
      '',
      'CASCADE COMPONENT DONE WHAT',
      'c-1 rpm/a yes rpm/a!',
      'c-1 rpm/b no rpm/b! (wait)',
    ]);
  });
});
