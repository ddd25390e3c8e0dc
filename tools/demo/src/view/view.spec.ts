import { liveView } from './live-view';
import { plainView } from './plain-view';
import type { Cascade, Rebuild } from './view';

const at = '2026-01-31T09:30:00.000Z';

function rebuild(name: string, state: Rebuild['state'], more: Partial<Rebuild> = {}): Rebuild {
  return {
    ...{ component: `rpm/${name}`, state, generation: 1, pass: 1, tier: 0, attempt: 1, because: '', resumed: false },
    ...{ held: false, bootstrap: false, needs: [], waitsFor: [], build: null, nvr: null, origin: null, evidence: null },
    ...{ startedAt: at, endedAt: null },
    ...more,
  };
}

function cascade(...rebuilds: Rebuild[]): Cascade {
  return {
    ...{ cascade: 'c-1', release: 'r', state: 'running', roots: [], why: '', by: 'ada', plan: 1, tiers: 2, counts: {} },
    ...{
      scope: 'capability',
      pace: 'flow',
      snapshot: null,
      startedAt: at,
      endedAt: at,
      landed: false,
      repository: null,
    },
    rebuilds,
  };
}

describe('lines', () => {
  test('what has not changed is not said again, and what only waits is not said at all', () => {
    const lines: string[] = [];
    const view = plainView((line) => lines.push(line));
    const waiting = rebuild('b', 'waiting', { tier: 1, waitsFor: ['rpm/a'] });
    view.show(cascade(rebuild('a', 'building'), waiting));
    expect(lines.filter((line) => line.includes('tier'))).toEqual([
      expect.stringMatching(/tier 0 {2}a +building$/),
      expect.stringContaining('0 of 2 done, 2 tiers'),
    ]);
    lines.length = 0;
    view.show(cascade(rebuild('a', 'building'), waiting));
    expect(lines).toEqual([]);
    view.show(cascade(rebuild('a', 'failed'), waiting));
    expect(lines).toEqual([expect.stringMatching(/a +failed$/)]);
  });
});

describe('a picture', () => {
  /** A terminal that understands just what the picture uses, and keeps what is on it. */
  function terminal(rows: number, columns: number) {
    const screen: string[] = [''];
    const escape = String.fromCharCode(27);
    const [up, clear] = [new RegExp(`^${escape}\\[(\\d+)A$`), `${escape}[J`];
    const write = (text: string): void => {
      for (const part of text.split(new RegExp(`(${escape}\\[\\d+A|\\r|${escape}\\[J|\\n)`))) {
        const lines = up.exec(part)?.[1];
        if (lines) screen.length -= Number(lines);
        else if (part === '\n') screen.push('');
        else if (part === clear) screen[screen.length - 1] = '';
        else if (part !== '\r') screen[screen.length - 1] += part;
      }
    };
    return { screen, terminal: { write, rows, columns, color: false } };
  }

  test('changes in place, below what was said', () => {
    const { screen, terminal: t } = terminal(40, 80);
    const view = liveView(t);
    view.say('first');
    view.show(cascade(rebuild('a', 'building'), rebuild('b', 'waiting', { tier: 1, waitsFor: ['rpm/a'] })));
    view.say('second');
    view.show(cascade(rebuild('a', 'validated', { nvr: 'a-1-1' }), rebuild('b', 'building', { tier: 1 })));
    expect(screen.map((line) => line.trimEnd())).toEqual([
      '  first',
      '  second',
      'cascade c-1: running, 1 of 2 done, 2 tiers, 0.0s',
      expect.stringMatching(/^ {2}tier 0 {2}a +validated .*a-1-1$/),
      expect.stringMatching(/^ {2}tier 1 {2}b +building/),
      '',
    ]);
    view.show(null);
    expect(screen).toEqual(['  first', '  second', '']);
  });

  test('never grows over the terminal: what is done gives way, and no line wraps', () => {
    const { screen, terminal: t } = terminal(12, 60);
    const done = Array.from({ length: 30 }, (_, n) => rebuild(`done${n}`, 'validated'));
    liveView(t).show(cascade(...done, rebuild('z', 'building', { nvr: 'x'.repeat(200) })));
    expect(screen.length).toBeLessThan(12);
    expect(screen.some((line) => line.includes('z  '))).toBe(true);
    expect(screen).toContain('  … and 30 more');
    for (const line of screen) expect(line.length).toBeLessThan(60);
  });
});
