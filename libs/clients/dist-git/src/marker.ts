import { sha256 } from '@millrace/kernel';

/** The trailer of a commit of ours; its value is the rebuild's id. By it we find our own doings again. */
export const markerKey = 'Millrace-Rebuild';

/** A commit's message: what was done, and whose rebuild it was. One line each, whatever is given. */
export function messageOf(subject: string, id: string): string {
  return `${oneLine(subject).slice(0, 300) || 'Rebuilt'}\n\n${markerOf(id)}\n`;
}

export function markerOf(id: string): string {
  return `${markerKey}: ${oneLine(id)}`;
}

/** The branch that a pull request of ours comes from: the same for the same rebuild, for ever. */
export function branchOf(id: string): string {
  const words = id
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80);
  return `millrace/${words}-${sha256(id).slice(0, 12)}`;
}

export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}
