import type { Command } from 'commander';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { program } from './program';

const root = resolve(__dirname, '../../..');
const folders = ['docs', 'apps', 'libs', 'tools', 'e2e', 'examples'];
const pages = ['README.md', 'CONTRIBUTING.md', ...folders.flatMap(under)].filter(
  (path) => /\.(md|ts|yaml)$/.test(path) && !/\/(dist|golden|node_modules|fixtures)\/|\.spec\.ts$/.test(path),
);

function under(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

/** Behind the name of the program, and no command. */
const markOfTheStore = 'overtook';

/** Commands as somebody is told to type them: behind a quotation mark or at the beginning of a line. */
function namedIn(page: string): readonly (readonly string[])[] {
  const text = readFileSync(join(root, page), 'utf8')
    .replace(/\\\n\s*/g, ' ')
    .replace(/\$\{[^{}]*\}/g, ' VALUE ');
  const typed = /(?:[`'"(]|npx |^\s*(?:\* )?)millrace ((?:[a-z-]|--[a-z])[^`'"(),;:|&#\\\n]*)/gm;
  return [...text.matchAll(typed)].map((match) => match[1]!.trim().split(/\s+/));
}

const all = program();

/** What is wrong with it; null: it can be typed. */
function problemOf(words: readonly string[]): string | null {
  let command: Command = all;
  for (const word of words) {
    const option = /^--[a-z][a-z-]*/.exec(word)?.[0];
    if (option !== undefined) {
      const known = [...command.options, ...all.options].some(({ long }) => long === option);
      if (!known && option !== '--help') return `${command.name()} has no option ${option}`;
    } else if (command.commands.length > 0) {
      const next = command.commands.find((one) => one.name() === word);
      if (!next) return `${command.name()} has no command ${word}`;
      command = next;
    }
  }
  return null;
}

it('a command that is named to people is there, with its options, in documentation and in remedies', () => {
  const wrong = pages.flatMap((page) =>
    namedIn(page)
      .map((words) => ({ page, typed: words.join(' '), problem: problemOf(words) }))
      .filter(({ problem }) => problem !== null),
  );
  expect(wrong.filter(({ typed }) => typed !== markOfTheStore)).toEqual([]);
  expect(pages.flatMap(namedIn).length).toBeGreaterThan(300);
});
