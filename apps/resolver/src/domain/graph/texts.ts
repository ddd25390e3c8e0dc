/** Texts by number, as one run of bytes: a text is made when it is first asked for, and then kept. */
export class Texts {
  constructor(
    readonly bytes: Uint8Array,
    /** Where each text starts; one more than there are texts. */
    readonly offsets: Int32Array,
    private readonly made: (string | undefined)[] = [],
  ) {}

  get count(): number {
    return this.offsets.length - 1;
  }

  get(n: number): string {
    return (this.made[n] ??= decode(this.bytes, this.offsets[n]!, this.offsets[n + 1]!));
  }

  /** The number of a text among sorted ones; -1 when it is not there. */
  find(text: string): number {
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.get(middle);
      if (found === text) return middle;
      if (found < text) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  *[Symbol.iterator](): Generator<string> {
    for (let n = 0; n < this.count; n++) yield this.get(n);
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function textsOf(texts: readonly string[]): Texts {
  const joined = texts.join('');
  const whole = encoder.encode(joined);
  const bytesOf = whole.length === joined.length ? lengthOf : bytesIn;
  const offsets = new Int32Array(texts.length + 1);
  for (let n = 0; n < texts.length; n++) offsets[n + 1] = offsets[n]! + bytesOf(texts[n]!);
  return new Texts(whole, offsets, [...texts]);
}

function lengthOf(text: string): number {
  return text.length;
}

function bytesIn(text: string): number {
  for (let n = 0; n < text.length; n++) if (text.charCodeAt(n) > 127) return encoder.encode(text).length;
  return text.length;
}

/** Short ASCII, which nearly all names are, is quicker by hand than by the decoder. */
function decode(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let n = from; n < to; n++) {
    const code = bytes[n]!;
    if (code > 127) return decoder.decode(bytes.subarray(from, to));
    text += String.fromCharCode(code);
  }
  return text;
}
