/** How far the imports that run in this process are. */
export class ImportProgress {
  private readonly running = new Map<string, { readonly read: number; readonly what: string }>();

  note(release: string, read: number, what: string): void {
    this.running.set(release, { read, what });
  }

  end(release: string): void {
    this.running.delete(release);
  }

  /** An answer about a running import, with how far it is. */
  shown<Reply extends { readonly release: string; readonly importing: object | null }>(reply: Reply): Reply {
    const progress = this.running.get(reply.release);
    if (!progress || !reply.importing) return reply;
    return { ...reply, importing: { ...reply.importing, progress } };
  }
}
