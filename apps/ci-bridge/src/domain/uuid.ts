import { sha256 } from '@millrace/kernel';

/** A name-based UUID (RFC 9562, version 8): the same name gives the same one. */
export function uuidOf(name: string): string {
  const hex = sha256(`millrace-group/${name}`);
  const variant = ((parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}
