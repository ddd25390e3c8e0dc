/**
 * One token of a NATS subject from any text: bytes other than `[A-Za-z0-9_-]` become `=HH`, so that a release
 * `el8.6.0.z` stays one token. The empty text becomes `-`, the token for "none".
 */
export function subjectToken(text: string | null | undefined): string {
  if (!text) return '-';
  return Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(/[^A-Za-z0-9_-]/g, (c) => `=${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

export function fromSubjectToken(token: string): string {
  const bytes = token.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
