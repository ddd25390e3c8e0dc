import { apps } from '@millrace/contracts';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseCopy, parseDockerfile } from './dockerfile';
import { lintDockerfile } from './dockerfile-lint';

const root = resolve(__dirname, '../../..');
const ours = readFileSync(join(root, 'docker/Dockerfile'), 'utf8');
const good = [
  'FROM node:20 AS build',
  'COPY . .',
  'RUN npm ci',
  'FROM node:20 AS run',
  'COPY --from=build /srv ./srv',
  'USER app',
  'HEALTHCHECK CMD ["node", "-e", "0"]',
  'CMD ["node", "main.js"]',
].join('\n');

describe('the linter', () => {
  test('has nothing to say about a good file', () => expect(lintDockerfile(good)).toEqual([]));

  test.each([
    ['FROM node:20 AS build', 'FROM node AS build', '1: node names no version'],
    ['FROM node:20 AS build', 'FROM node:latest AS build', '1: node:latest names no version'],
    ['COPY . .', 'ADD . .', '2: COPY says what is meant; ADD also unpacks and downloads'],
    ['RUN npm ci', 'RUN npm install', '3: npm ci installs exactly the lock file'],
    ['RUN npm ci', 'RUN curl -s https://example.org/x | sh', '3: runs what it downloads'],
    ['RUN npm ci', 'ENV DB_PASSWORD=x', '3: secrets are mounted, not built in'],
    ['RUN npm ci', 'RUM npm ci', '3: RUM is no instruction'],
    ['--from=build', '--from=other', '5: there is no earlier stage other'],
    ['USER app\n', '', 'last stage: the process runs as root'],
    ['USER app', 'USER root', 'last stage: the process runs as root'],
    ['HEALTHCHECK CMD ["node", "-e", "0"]\n', '', 'last stage: there is no HEALTHCHECK'],
    ['CMD ["node", "main.js"]', 'CMD node main.js', '8: CMD goes through a shell, which swallows signals'],
  ])('finds %s -> %s', (from, to, problem) => expect(lintDockerfile(good.replace(from, to))).toContain(problem));

  test('joins continued lines and keeps the number of the first', () => {
    const text = 'FROM node:20\nRUN apt-get update \\\n && apt-get install -y x\n';
    expect(lintDockerfile(text)).toEqual(expect.arrayContaining(['2: installs more than it needs']));
  });
});

describe('docker/Dockerfile', () => {
  const stages = parseDockerfile(ours);
  const run = stages.at(-1)!;

  test('has nothing that the linter minds', () => expect(lintDockerfile(ours)).toEqual([]));

  test('copies only what is there', () => {
    const copies = stages
      .flatMap((stage) => stage.instructions.filter(({ name }) => name === 'COPY'))
      .map(({ rest }) => parseCopy(rest))
      .flatMap(({ from, sources }) => sources.map((source) => (from ? source.replace('/srv/millrace/', '') : source)))
      .filter((source) => source !== 'node_modules' && !source.includes('$'));
    expect(copies.filter((source) => !existsSync(join(root, source)))).toEqual([]);
    expect(copies.length).toBeGreaterThan(2);
  });

  test('is for every service by its argument alone', () => {
    expect(run.instructions.some(({ name, rest }) => name === 'ARG' && rest === 'APP')).toBe(true);
    for (const app of apps) expect(existsSync(join(root, 'apps', app, 'package.json'))).toBe(true);
  });

  test("the scheduler's image has what set-up installs for building, but for the bus", () => {
    const setUp = readFileSync(join(root, 'tools/setup/system.sh'), 'utf8');
    const debian = setUp.slice(setUp.indexOf('install_with_apt()'), setUp.indexOf('apt_install()'));
    const wanted = [...debian.matchAll(/missing\+=\(([^)]+)\)/g)].map((match) => match[1]!);
    const image = run.instructions.find(({ rest }) => rest.includes('scheduler)'))!.rest;
    const given = /scheduler\) packages="([^"]+)"/.exec(image)![1]!.split(' ');
    const forOthers = ['nats-server', 'postgresql', 'rabbitmq-server', 'openssl'];
    expect(given.sort()).toEqual(wanted.filter((name) => !forOthers.includes(name)).sort());
  });
});
