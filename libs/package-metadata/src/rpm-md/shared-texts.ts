/** Texts that many packages have in common are kept once: architectures, versions, names of source packages. */
export class SharedTexts {
  private readonly known = new Map<string, string>();

  /** It remembers a bounded number. */
  shared(text: string): string {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    if (this.known.size < mostTexts) this.known.set(text, text);
    return text;
  }
}

const mostTexts = 1 << 17;
