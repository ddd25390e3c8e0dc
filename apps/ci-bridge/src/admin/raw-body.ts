import type { RawBodyRequest } from '@nestjs/common';
import type { Request } from 'express';
import type { Reply } from './reply';

const largest = 1024 * 1024;

/** A body as text, whatever its content type says; or the answer to one of over 1 MiB. */
export async function rawBody(request: RawBodyRequest<Request>): Promise<string | Reply> {
  if (request.rawBody) return request.rawBody.length > largest ? tooLarge() : request.rawBody.toString('utf8');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > largest) return tooLarge();
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(): Reply {
  return { status: 413, body: { message: `The body has more than the ${largest} bytes that are taken` } };
}
