import { commandsOf, stepsOf } from './steps';

const page = [
  'Words.',
  '<!-- tested -->',
  '',
  '```sh',
  'mkdir a',
  'npx millrace release list   # what is known',
  '```',
  '```sh',
  'not tested',
  '```',
  '<!-- tested: stays up -->',
  '```sh',
  'npx millrace up --config x',
  '```',
  'Or `millrace gate waive NVR TEST`.',
  '',
].join('\n');

test('the marked blocks of a page are its steps', () => {
  expect(stepsOf(page)).toEqual([
    { how: 'run', script: 'mkdir a\nnpx millrace release list   # what is known\n', line: 2 },
    { how: 'stays up', script: 'npx millrace up --config x\n', line: 11 },
  ]);
});

test('the commands that a page names are found in blocks and in the text', () => {
  expect(commandsOf(page)).toEqual(['release list', 'up', 'gate waive']);
});
