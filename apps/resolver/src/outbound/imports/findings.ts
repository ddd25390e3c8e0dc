/** A few of many, and how many there are. */
export interface Some {
  readonly total: number;
  readonly examples: readonly string[];
}

const mostExamples = 20;

/** What an import tells besides the graph: of what there was more than one, and what was left out, with reasons. */
export class Findings {
  private readonly found = { duplicates: new Gathered(), leftOut: new Gathered() };

  duplicate(what: string, why: string): void {
    this.found.duplicates.add(`${what}: ${why}`);
  }

  leftOut(what: string, why: string): void {
    this.found.leftOut.add(`${what}: ${why}`);
  }

  report(): { readonly duplicates: Some; readonly leftOut: Some } {
    return { duplicates: this.found.duplicates.some(), leftOut: this.found.leftOut.some() };
  }
}

class Gathered {
  private total = 0;
  private readonly examples: string[] = [];

  add(text: string): void {
    this.total++;
    if (this.examples.length < mostExamples) this.examples.push(text.slice(0, 500));
  }

  some(): Some {
    return { total: this.total, examples: this.examples };
  }
}
