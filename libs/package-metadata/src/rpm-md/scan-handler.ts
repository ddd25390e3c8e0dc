/** Called at each start and end of an element; the scanner itself has the attributes and the text of that moment. */
export interface ScanHandler<Scanner> {
  /** `name` has no namespace prefix. */
  open(name: string, scanner: Scanner): void;
  close(name: string, scanner: Scanner): void;
}
