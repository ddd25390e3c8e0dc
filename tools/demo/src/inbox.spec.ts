import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { doubles, mailsIn, textOfMail, type Mail } from './inbox';

const mail: Mail = { file: 'a.eml', to: ['x@y'], subject: 's', messageId: '<1@y>', component: 'rpm/x', cascade: 'c-1' };
let dir: string;

beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'millrace-mails-'))));
afterEach(() => rmSync(dir, { recursive: true }));

test('a line that is still being written is not read yet', () => {
  expect(mailsIn(dir)).toEqual([]);
  writeFileSync(join(dir, 'index.jsonl'), `${JSON.stringify(mail)}\n{"file":"b.`);
  expect(mailsIn(dir)).toEqual([mail]);
});

test.each([
  ['', 'one=20line\r\n', 'one=20line\n'],
  ['Content-Transfer-Encoding: quoted-printable\r\n', 'caf=C3=A9 and =\r\nmore', 'café and more'],
  ['Content-Transfer-Encoding: base64\r\n', 'Y2Fmw6k=', 'café'],
])('the words of a mail: %j', (head, body, text) => {
  writeFileSync(join(dir, mail.file), `Subject: s\r\n${head}\r\n${body}`);
  expect(textOfMail(dir, mail)).toBe(text);
});

test('the same to the same person is a double; to another it is none', () => {
  const other = { ...mail, to: ['z@y'] };
  expect(doubles([mail, other])).toEqual([]);
  expect(doubles([mail, other, mail])).toEqual([mail]);
});
