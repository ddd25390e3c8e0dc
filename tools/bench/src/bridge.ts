import { Agent, request } from 'node:http';
import { seededItem, testcasesOf } from './seeded';

export interface Size {
  readonly results: number;
  readonly items: number;
  readonly testcases: number;
}

const connections = 32;

/** A running ci-bridge, asked as its clients ask it. */
export class Bridge {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: connections });
  private asked = 0;
  private posted = 0;

  constructor(
    private readonly port: number,
    private readonly size: Size,
  ) {}

  /** Milliseconds of decisions about one subject each, with a rule for each of its 20 tests. */
  decisions(count: number): Promise<number[]> {
    return this.oneByOne(count, async (item) => {
      const rules = testcasesOf(this.size, item).map((test_case_name) => ({
        type: 'PassingTestCaseRule',
        test_case_name,
      }));
      const answer = await this.send('POST', '/greenwave/api/v1.0/decision', 200, {
        ...{ product_version: 'fedora-45', subject_type: 'koji_build', subject_identifier: seededItem(item), rules },
      });
      const { satisfied_requirements: met, unsatisfied_requirements: unmet } = JSON.parse(answer) as {
        satisfied_requirements: object[];
        unsatisfied_requirements: { type: string }[];
      };
      const missing = unmet.filter(({ type }) => type === 'test-result-missing').length;
      if (met.length + unmet.length !== rules.length || missing > 0) throw new Error(`not decided by all: ${answer}`);
    });
  }

  /** Milliseconds of the question that Greenwave asks ResultsDB for a test of a subject. */
  latest(count: number): Promise<number[]> {
    return this.oneByOne(count, async (item) => {
      const query = new URLSearchParams({
        _distinct_on: 'scenario,system_architecture,system_variant',
        testcases: testcasesOf(this.size, item)[0]!,
        item: seededItem(item),
        type: 'koji_build,brew-build',
      });
      const answer = await this.send('GET', `/resultsdb/api/v2.0/results/latest?${query.toString()}`, 200);
      if ((JSON.parse(answer) as { data: object[] }).data.length !== 1) throw new Error(`not one result: ${answer}`);
    });
  }

  /** Results a second that are taken over 32 connections, one a request, each answered after its commit. */
  async intake(count: number): Promise<number> {
    const started = performance.now();
    let left = count;
    const post = async (): Promise<void> => {
      while (left-- > 0) await this.send('POST', '/resultsdb/api/v2.0/results', 201, this.newResult());
    };
    await Promise.all(Array.from({ length: connections }, post));
    return Math.round(count / ((performance.now() - started) / 1000));
  }

  private newResult(): object {
    const number = ++this.posted;
    return {
      outcome: 'PASSED',
      testcase: `seed.suite-${number % this.size.testcases}.functional`,
      ref_url: `https://ci.example.org/runs/new-${number}`,
      data: {
        item: `new${number % 5000}-2.0-${Math.floor(number / 5000) + 1}.fc45`,
        type: 'koji_build',
        component: `new${number % 5000}`,
        brew_task_id: 200_000_000 + number,
        system_architecture: 'x86_64',
        scenario: 'default',
        ci_name: 'bench',
        category: 'functional',
      },
    };
  }

  private async oneByOne(count: number, ask: (item: number) => Promise<void>): Promise<number[]> {
    const times: number[] = [];
    for (let n = 0; n < count; n++) {
      // Far apart, so that none is answered from what the last one read.
      const item = (this.asked++ * 7919) % this.size.items;
      const started = performance.now();
      await ask(item);
      times.push(performance.now() - started);
    }
    return times;
  }

  private send(method: string, path: string, expected: number, body?: object): Promise<string> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': text.length };
    return new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: this.port, method, path, headers, agent: this.agent });
      asked.on('error', reject);
      asked.on('response', (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const all = Buffer.concat(chunks).toString();
          if (answer.statusCode === expected) resolve(all);
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${all.slice(0, 500)}`));
        });
      });
      asked.end(text);
    });
  }
}
