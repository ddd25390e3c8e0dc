import { adler32, adlerHex } from '../adler32';
import type { RpcStruct } from '../xml-rpc/value';
import { HubFault } from './hub-fault';
import { reads, type Methods } from './method';
import type { HubState } from './state';

export const uploadMethods: Methods = {
  checkUpload: reads(['path', 'name', 'verify', 'tail', 'volume'], ({ state, of }) => {
    const bytes = fileOf(state, `${of.text('path')}/${of.text('name')}`);
    return bytes && { size: bytes.length, hexdigest: adlerHex(adler32(bytes)), sumtype: 'adler32' };
  }),
};

/** The raw POST: bytes go to their offset, whatever was there. */
export function storePiece(state: HubState, query: URLSearchParams, piece: Uint8Array): RpcStruct {
  const path = `${query.get('filepath') ?? ''}/${query.get('filename') ?? ''}`;
  if (path.split('/').some((part) => part === '..' || part === '')) {
    throw new HubFault('GenericError', `invalid upload path: ${path}`);
  }
  const offset = Number(query.get('offset') ?? 0);
  const old = query.get('overwrite') === '1' ? Buffer.alloc(0) : (fileOf(state, path) ?? Buffer.alloc(0));
  const whole = Buffer.alloc(Math.max(old.length, offset + piece.length));
  old.copy(whole);
  whole.set(piece, offset);
  state.uploads[path] = whole.toString('base64');
  return { size: piece.length, fileverify: 'adler32', hexdigest: adlerHex(adler32(piece)) };
}

function fileOf(state: HubState, path: string): Buffer | null {
  const packed = state.uploads[path];
  return packed === undefined ? null : Buffer.from(packed, 'base64');
}
