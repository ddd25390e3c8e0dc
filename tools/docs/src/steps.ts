/** A shell block of a page that a test performs, and how. */
export interface Step {
  readonly how: 'run' | 'stays up' | 'ends later' | 'after the end';
  readonly script: string;
  readonly line: number;
}

const marked = /<!-- tested(?:: ([a-z ]+))? -->\s*```sh\n([\s\S]*?)^```/gm;

/** The blocks marked `<!-- tested -->`, or `<!-- tested: stays up -->` and so on, in their order. */
export function stepsOf(page: string): readonly Step[] {
  return [...page.matchAll(marked)].map((match) => ({
    how: (match[1] ?? 'run') as Step['how'],
    script: match[2]!,
    line: page.slice(0, match.index).split('\n').length,
  }));
}

/** Every `millrace` command that the shell blocks of a page name, as words up to the first option or argument. */
export function commandsOf(page: string): readonly string[] {
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1]!).join('\n');
  const inline = [...page.matchAll(/`((?:npx )?millrace [^`]+)`/g)].map((match) => match[1]!).join('\n');
  const found = [...`${blocks}\n${inline}`.matchAll(/\bmillrace ((?:[a-z][a-z-]+ ?)+)/g)];
  return [...new Set(found.map((match) => match[1]!.trim().split(' ').slice(0, 2).join(' ')))];
}
