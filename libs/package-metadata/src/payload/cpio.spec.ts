import { readCpio } from './cpio';

function entry(name: string, content: string, mode = 0o100644): Buffer {
  const hex = (n: number): string => n.toString(16).padStart(8, '0');
  const fields = [1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0];
  const head = `070701${fields.map(hex).join('')}${name}\0`;
  const padded = (text: string): string => text + '\0'.repeat((4 - (text.length % 4)) % 4);
  return Buffer.from(padded(head) + padded(content), 'latin1');
}
const end = entry('TRAILER!!!', '');

async function* pieces(data: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

async function files(data: Buffer, size = 7): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for await (const file of readCpio(pieces(data, size))) {
    const parts: Uint8Array[] = [];
    for await (const part of file.content()) parts.push(part);
    found.push([file.path, Buffer.concat(parts).toString()]);
  }
  return found;
}

describe('a cpio archive', () => {
  const data = Buffer.concat([
    entry('./usr/bin/mill', 'turn'),
    entry('/etc/x', ''),
    entry('usr/lib/odd', '12345'),
    end,
  ]);

  it.each([1, 7, 110, 4096])('gives its files however it is cut (%i)', async (size) => {
    expect(await files(data, size)).toEqual([
      ['/usr/bin/mill', 'turn'],
      ['/etc/x', ''],
      ['/usr/lib/odd', '12345'],
    ]);
  });

  it('may be read without reading what is in its files', async () => {
    const names: string[] = [];
    for await (const file of readCpio(pieces(data, 5))) names.push(file.path);
    expect(names).toEqual(['/usr/bin/mill', '/etc/x', '/usr/lib/odd']);
  });

  it('lets go of its source, wherever it is left', async () => {
    for (const bytes of [data, data.subarray(0, 150), Buffer.concat([data, Buffer.alloc(512)])]) {
      let open = true;
      const source = async function* (): AsyncGenerator<Uint8Array> {
        try {
          yield* pieces(bytes, 50);
        } finally {
          open = false;
        }
      };
      await (async () => {
        for await (const file of readCpio(source())) if (bytes === data && file.path === '/etc/x') break;
      })().catch(() => undefined);
      expect(open).toBe(false);
    }
  });

  it.each([
    ['cut short', data.subarray(0, 150), /ends too early \(byte \d+\)/],
    ['no archive', Buffer.alloc(200, 'x'), /no head of a file.*\(byte 110\)/],
    ['without its end', data.subarray(0, data.length - end.length), /ends too early/],
    [
      'with a name that is too long',
      Buffer.from(
        entry('a', '')
          .toString('latin1')
          .replace(/(.{94}).{8}/, '$1ffffffff'),
        'latin1',
      ),
      /name of \d+ bytes/,
    ],
  ])('%s is refused with the byte', async (_, bytes, message) => {
    await expect(files(bytes)).rejects.toThrow(message);
  });
});
