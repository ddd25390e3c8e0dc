import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

export function painter(color: boolean): Paint {
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text);
}

const styles: Readonly<Record<string, Style>> = {
  validated: 'green',
  completed: 'green',
  complete: 'green',
  finished: 'green',
  delivered: 'green',
  passed: 'green',
  failed: 'red',
  rejected: 'red',
  stalled: 'yellow',
  held: 'yellow',
  building: 'cyan',
  gating: 'cyan',
  submitting: 'cyan',
  running: 'cyan',
  making: 'cyan',
  ready: 'cyan',
  waiting: 'gray',
  cancelled: 'gray',
  skipped: 'gray',
  unneeded: 'gray',
};

/** A state in its colour. */
export function paintState(paint: Paint, state: string): string {
  const style = styles[state];
  return style === undefined ? state : paint(style, state);
}
