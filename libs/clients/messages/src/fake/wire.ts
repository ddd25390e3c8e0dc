/** AMQP 0-9-1's own encoding, as much of it as a broker for tests needs (specification, section 4.2). */
const frameEnd = 0xce;

export function shortText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

export function longText(bytes: Uint8Array | string): Buffer {
  const data = Buffer.from(bytes as Uint8Array);
  return Buffer.concat([number(4, data.length), data]);
}

export function number(bytes: 1 | 2 | 4 | 8, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 8) buffer.writeBigUInt64BE(BigInt(value));
  else buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

export function frame(type: number, channel: number, payload: Buffer): Buffer {
  return Buffer.concat([
    number(1, type),
    number(2, channel),
    number(4, payload.length),
    payload,
    Buffer.from([frameEnd]),
  ]);
}

export function method(channel: number, kind: number, id: number, ...fields: readonly Buffer[]): Buffer {
  return frame(1, channel, Buffer.concat([number(2, kind), number(2, id), ...fields]));
}

/** A message: deliver, its header with content type, headers and message id, its body. */
export function delivery(
  channel: number,
  tag: number,
  { topic, id, body }: { readonly topic: string; readonly id: string | null; readonly body: string },
): Buffer {
  const content = Buffer.from(body);
  const deliver = method(
    channel,
    60,
    60,
    shortText('c'),
    number(8, tag),
    number(1, 0),
    shortText('amq.topic'),
    shortText(topic),
  );
  const table = Buffer.concat([shortText('fedora_messaging_schema'), Buffer.from('S'), longText('base.message')]);
  const flags = 0x8000 | 0x2000 | (id === null ? 0 : 0x0080);
  const properties = [shortText('application/json'), longText(table), ...(id === null ? [] : [shortText(id)])];
  const header = [number(2, 60), number(2, 0), number(8, content.length), number(2, flags), ...properties];
  return Buffer.concat([deliver, frame(2, channel, Buffer.concat(header)), frame(3, channel, content)]);
}
