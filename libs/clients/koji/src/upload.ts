import { AppError } from '@millrace/kernel';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { adler32, adlerHex } from './adler32';
import { parseAnswer } from './parse-answer';
import { upload } from './schema';
import type { Session } from './session/session';
import type { WriteOutcome } from './session/outcome';
import type { RpcValue } from './xml-rpc/value';

const pieceBytes = 1024 ** 2;

/**
 * Puts a file into the hub's work folder, in pieces, each checked by its Adler-32, and the whole once more at the end.
 * A piece whose answer was lost is written to its place again, which changes nothing.
 *
 * @param folder below the hub's work folder, e.g. `millrace/<key>`; made when it is not there
 * @returns the path to name in `build`
 * @throws AppError `koji-upload-damaged` (unavailable): what arrived is not what was sent
 */
export async function uploadFile(session: Session, file: string, folder: string): Promise<string> {
  const name = basename(file);
  const handle = await open(file, 'r');
  const buffer = Buffer.alloc(pieceBytes);
  let sum = 1;
  let offset = 0;
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, pieceBytes, offset);
      if (bytesRead === 0 && offset > 0) break;
      const piece = Uint8Array.from(buffer.subarray(0, bytesRead));
      await sendPiece(session, { folder, name, piece, offset });
      sum = adler32(piece, sum);
      offset += bytesRead;
      if (bytesRead === 0) break;
    }
  } finally {
    await handle.close();
  }
  await checkWhole(session, { folder, name, sum, size: offset });
  return `${folder}/${name}`;
}

interface Piece {
  readonly folder: string;
  readonly name: string;
  readonly piece: Uint8Array;
  readonly offset: number;
}

async function sendPiece(session: Session, { folder, name, piece, offset }: Piece): Promise<void> {
  const query = {
    ...{ filename: name, filepath: folder, fileverify: 'adler32', offset: String(offset) },
    ...(offset === 0 ? { overwrite: '1' } : {}),
  };
  const outcome = await session.send('upload', { path: '', query, body: piece });
  compare(outcome, name, piece.length, adler32(piece));
}

async function checkWhole(session: Session, whole: { folder: string; name: string; sum: number; size: number }) {
  const outcome = await session.write('checkUpload', [whole.folder, whole.name, 'adler32']);
  compare(outcome, whole.name, whole.size, whole.sum);
}

function compare(outcome: WriteOutcome<RpcValue>, name: string, size: number, sum: number): void {
  // A piece that happened unseen is covered by the check of the whole.
  if (outcome.kind === 'happened') return;
  const there = parseAnswer('upload', upload, outcome.value);
  if (Number(there.size) === size && there.hexdigest === adlerHex(sum)) return;
  throw new AppError({
    code: 'koji-upload-damaged',
    kind: 'unavailable',
    message: `${name} arrived at the hub with ${there.size} bytes and sum ${there.hexdigest}, not ${size} and ${adlerHex(sum)}`,
    remedy: 'upload it again; when it happens again, look for a proxy that changes bodies',
  });
}
