import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { step } from './builder';
import { Control } from './control';
import { answerHttp } from './http';
import { readState, storeState } from './state-file';
import { emptyState, type HubState } from './state';
import { noTrouble, type Trouble } from './trouble';

export interface FakeHubOptions {
  /** 0 or left out: any free one. Loopback only. */
  readonly port?: number;
  /** Left out: everything is forgotten at the end. */
  readonly stateFile?: string;
  /** What `Koji-Version` says; null: a hub before 1.35, which has no `repo.request` either. */
  readonly version?: string | null;
  /** Whether tasks go on by themselves, every so many milliseconds; 0: by `step()` only. Default 5. */
  readonly stepMs?: number;
  /** Names of plug-ins, default sidetag. */
  readonly plugins?: readonly string[];
}

/** A Koji hub with a builder of its own: real XML-RPC over HTTP, its state in memory or in a file. */
export interface FakeHub {
  readonly url: string;
  readonly state: HubState;
  readonly control: Control;
  readonly trouble: Trouble;
  /** How often each method was called, by name; entries of a multiCall are counted by theirs too. */
  readonly calls: Map<string, number>;
  /** HTTP requests; a multiCall is one. */
  readonly requests: { count: number };
  /** Told of every call, once before it is executed and once when that has been done; entries of a multiCall too. */
  readonly witness: { tell: ((method: string, when: 'before' | 'after') => void) | null };
  /** Every task one stage further. */
  step(): boolean;
  close(): Promise<void>;
}

/** What the HTTP side needs of it. */
export interface HubParts extends Omit<FakeHub, 'url' | 'close'> {
  readonly version: string | null;
  readonly plugins: readonly string[];
  changed(): void;
}

export async function startFakeHub(options: FakeHubOptions = {}): Promise<FakeHub> {
  const { stateFile, version = '1.35.3', stepMs = 5, plugins = ['sidetag'] } = options;
  const state = (stateFile === undefined ? null : readState(stateFile)) ?? emptyState();
  const changed = () => stateFile !== undefined && storeState(stateFile, state);
  const go = () => {
    const moved = step(state);
    if (moved) changed();
    return moved;
  };
  const [control, calls, trouble] = [new Control(state), new Map<string, number>(), { ...noTrouble }];
  const [requests, witness]: [FakeHub['requests'], FakeHub['witness']] = [{ count: 0 }, { tell: null }];
  const parts: HubParts = { state, control, trouble, calls, requests, witness, step: go, version, plugins, changed };
  const server = createServer((request, response) => void answerHttp(parts, request, response));
  await new Promise<void>((ready, failed) => {
    server.once('error', failed).listen(options.port ?? 0, '127.0.0.1', ready);
  });
  const timer = stepMs > 0 ? setInterval(go, stepMs) : undefined;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/kojihub`;
  return { url, state, control, trouble, calls, requests, witness, step: go, close: () => end(server, timer) };
}

function end(server: Server, timer: NodeJS.Timeout | undefined): Promise<void> {
  clearInterval(timer);
  server.closeAllConnections();
  return new Promise((done) => server.close(() => done()));
}
