import type { Moment } from '@millrace/kernel';

export interface ChangelogWords {
  /** What was done, one line: `Rebuilt for libstone 2.0 (cascade c1)`. */
  readonly comment: string;
  /** `Name <mail>`. */
  readonly author: string;
  readonly at: Moment;
  /** `[epoch:]version-release`; null: none is written; left out: it is read from the spec's text. */
  readonly evr?: string | null;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const width = 80;
const longestComment = 500;

/** An entry's lines with the empty one below them: `* Mon Jan 12 2026 Name <mail> - 1.0-2`, the date in UTC. */
export function changelogEntry({ comment, author, at, evr }: ChangelogWords): readonly string[] {
  const who = harmless(author).slice(0, 200);
  const head = `* ${dateOf(at)} ${who}${evr ? ` - ${evr}` : ''}`;
  return [head, ...wrapped(`- ${harmless(comment).slice(0, longestComment)}`), ''];
}

function dateOf(at: Moment): string {
  const day = new Date(at);
  const date = String(day.getUTCDate()).padStart(2, '0');
  return `${days[day.getUTCDay()]!} ${months[day.getUTCMonth()]!} ${date} ${day.getUTCFullYear()}`;
}

/** One line in which rpm expands nothing: changelogs are read with macros. */
function harmless(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .replaceAll('%', '%%');
}

/** As Python's textwrap.fill with 80 columns: words are never broken, later lines are indented by two. */
function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line.trim() !== '' && longer.length > width) {
      lines.push(line);
      line = `  ${word}`;
    } else line = longer;
  }
  return [...lines, line];
}
