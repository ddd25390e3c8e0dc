import type { IncomingMessage } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request } from 'express';

/** Bytes of a body below a path that are taken, by that path (`/webhooks`). */
export type LargestBodies = Readonly<Record<string, number>>;

const largest = 8 * 1024 * 1024;
const jsonTypes = ['json', '+json'];
const textTypes = ['text/*', 'application/xml', 'application/yaml'];

/**
 * Reads bodies of JSON and text: at most 8 MiB, or less below the paths of `limits`. A body is measured, unpacked and
 * however it comes, before it is read: one that is too large is that (413), whatever else is wrong with it. Below the paths
 * of `unread` JSON comes as the text that it is.
 */
export function useBodyParsers(nest: NestExpressApplication, limits: LargestBodies, unread: readonly string[]): void {
  for (const path of unread) {
    const limit = limits[path] ?? largest;
    nest.useBodyParser('text', { limit, type: (request) => isBelow(path, request, jsonTypes) });
  }
  for (const [path, limit] of Object.entries(limits)) {
    nest.useBodyParser('json', { limit, strict: false, type: (request) => isBelow(path, request, jsonTypes) });
    nest.useBodyParser('text', { limit, type: (request) => isBelow(path, request, textTypes) });
  }
  nest.useBodyParser('json', { limit: largest, strict: false, type: jsonTypes });
  nest.useBodyParser('text', { limit: largest, type: textTypes });
}

/** As routes are found: whether in capitals or not. */
function isBelow(path: string, message: IncomingMessage, types: readonly string[]): boolean {
  const request = message as Request;
  const asked = `${request.path}/`.toLowerCase();
  return asked.startsWith(`${path.toLowerCase()}/`) && request.is([...types]) !== false;
}
