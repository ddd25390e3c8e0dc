import { setFlagsFromString } from 'node:v8';

/**
 * Five services share a machine. V8 lets a heap grow to four times what is alive before it tidies up all of it; twice is
 * a little more work (a few percent of a busy service's time), and hundreds of megabytes less.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=100');
}
