/** The values that were asked for last, by key; made once even when asked for by several at a time. */
export class Recent<Value> {
  private readonly values = new Map<string, Promise<Value>>();

  constructor(private readonly kept: number) {}

  get(key: string, make: () => Promise<Value>): Promise<Value> {
    const known = this.values.get(key);
    const value = known ?? make();
    this.values.delete(key);
    this.values.set(key, value);
    if (known) return value;
    // What could not be made is not kept: the next question tries again.
    value.catch(() => this.values.delete(key));
    if (this.values.size > this.kept) this.values.delete(this.values.keys().next().value!);
    return value;
  }
}
