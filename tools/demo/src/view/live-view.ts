import { styleText } from 'node:util';
import { byTier, headline, isSettled, remark, seconds, shortName } from './words';
import type { Cascade, Rebuild, View } from './view';

/** The part of a terminal that the picture needs. */
export interface Terminal {
  write(text: string): void;
  readonly columns: number;
  readonly rows: number;
  readonly color: boolean;
}

type Style = Parameters<typeof styleText>[0];

const styles: Readonly<Record<string, Style>> = {
  validated: 'green',
  failed: 'red',
  rejected: 'red',
  building: 'cyan',
  gating: 'yellow',
  submitting: 'cyan',
  ready: 'cyan',
  waiting: 'gray',
};

/** The cascade as a picture that changes in place, and above it what has happened so far. */
export function liveView(terminal: Terminal): View {
  let drawn = 0;
  let current: Cascade | null = null;
  const paint = (style: Style, text: string): string =>
    terminal.color ? styleText(style, text, { validateStream: false }) : text;
  const above = (text: string): void => {
    // Up to where the picture begins, clear from there, say it, and draw the picture again below.
    const up = drawn > 0 ? `\u001b[${drawn}A\r\u001b[J` : '';
    const lines = current === null ? [] : picture(current, terminal, paint);
    terminal.write(`${up}${text}${lines.map((line) => `${line}\n`).join('')}`);
    drawn = lines.length;
  };
  return {
    chapter: (title) => above(`\n${paint('bold', title)}\n`),
    say: (line) => above(`  ${line}\n`),
    show: (cascade) => {
      current = cascade;
      above('');
    },
  };
}

function picture(
  cascade: Cascade,
  terminal: Terminal,
  paint: (style: Style, text: string) => string,
): readonly string[] {
  const now = new Date().toISOString();
  const room = Math.max(terminal.rows - 4, 5);
  const all = byTier(cascade);
  // A picture that is taller than the terminal cannot be redrawn: what is done gives way first.
  const shown = (all.length <= room ? all : all.filter((rebuild) => !isSettled(rebuild))).slice(0, room);
  const hidden = all.length - shown.length;
  return [
    cut(headline(cascade, now), terminal),
    ...shown.map((rebuild, n) => row(rebuild, shown[n - 1]?.tier !== rebuild.tier, now, terminal, paint)),
    ...(hidden > 0 ? [`  … and ${hidden} more`] : []),
  ];
}

function row(
  rebuild: Rebuild,
  isFirst: boolean,
  now: string,
  terminal: Terminal,
  paint: (style: Style, text: string) => string,
): string {
  const tier = isFirst ? `tier ${rebuild.tier}` : '';
  const time = rebuild.startedAt === null ? '' : seconds(rebuild.startedAt, rebuild.endedAt ?? now);
  const before = `  ${tier.padEnd(8)}${shortName(rebuild).padEnd(26)}`;
  const after = cut(` ${time.padStart(7)}  ${remark(rebuild)}`, terminal, before.length + 10);
  return `${before}${paint(styles[rebuild.state] ?? 'reset', rebuild.state.padEnd(10))}${after}`;
}

/** Never longer than the terminal is wide: a wrapped line would spoil the count of lines. */
function cut(text: string, { columns }: Terminal, used = 0): string {
  return text.slice(0, Math.max(columns - used - 1, 0));
}
