import { componentTypeOf } from '@millrace/kernel';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rebuildId } from './common';
import { contents, sourceRef } from './contents';
import { exampleOf } from './describe';
import { envelope, eventFilter, eventSubject, eventType, owners } from './envelope';
import { verdictDecided } from './events/ci-bridge';
import { changeReported } from './events/inlet';
import { rebuildFailed } from './events/scheduler-rebuild';
import { events } from './registry';
import { say } from './say';

const all = [...events.values()];

describe('the registry', () => {
  it('holds every event that a file under events/ defines', () => {
    const dir = join(__dirname, 'events');
    const defined = readdirSync(dir).flatMap((file) => [
      ...readFileSync(join(dir, file), 'utf8').matchAll(/^export const \w+ = (defineEvent|cascadeEvent)\b/gm),
    ]);
    expect(events.size).toBe(defined.length);
  });

  it('has somebody to hear for every owner', () => {
    expect(new Set(all.map(({ owner }) => owner))).toEqual(new Set(owners));
  });
});

describe('an event', () => {
  it.each(all.map((c) => [eventType(c), c] as const))(
    '%s concerns components by their ids, and links below its owner',
    (_, contract) => {
      const { components } = contract.concerns(contract.example.data);
      for (const id of components) expect(() => componentTypeOf(id)).not.toThrow();
      expect(contract.link(contract.example.data) ?? '/').not.toMatch(/[\s"<>]|\/\//);
      expect(contract.summary(contract.example.data).length).toBeLessThan(200);
    },
  );

  it('tells its people when it is bad news: somebody is named, or owners are', () => {
    expect(rebuildFailed.concerns(rebuildFailed.example.data)).toEqual({
      components: ['rpm/libmill'],
      people: ['ada'],
      severity: 'error',
    });
    expect(rebuildFailed.summary(rebuildFailed.example.data)).toContain('implicit declaration');
    expect(verdictDecided.concerns({ ...verdictDecided.example.data, component: null }).components).toEqual([]);
  });

  it('escapes what it puts into a link', () => {
    const data = { ...rebuildFailed.example.data, cascade: 'c/1?x', component: 'rpm/lib+x' };
    expect(rebuildFailed.link(data)).toBe('/api/v1/cascades/c%2F1%3Fx/rebuilds?component=rpm%2Flib%2Bx');
  });

  it('has a subject of seven tokens, whatever its release is called', () => {
    expect(eventSubject(changeReported, 'el8.6.0.z', 'rpm')).toBe(
      'millrace.inlet.change.reported.v1.el8=2E6=2E0=2Ez.rpm',
    );
    expect(eventSubject(changeReported, null, null)).toBe('millrace.inlet.change.reported.v1.-.-');
    expect(eventFilter(changeReported)).toBe('millrace.inlet.change.reported.v1.>');
  });

  it('is refused when a bound is broken', () => {
    const { data } = changeReported.example;
    const many = Array.from({ length: 1001 }, () => data.components[0]!);
    for (const change of [{ components: [] }, { components: many }, { release: '' }, { reporter: '' }]) {
      expect(changeReported.data.safeParse({ ...data, ...change }).success).toBe(false);
    }
    const short = { ...data, components: [{ component: 'rpm/x', commit: '0123' }] };
    expect(changeReported.data.safeParse(short).error?.issues[0]?.path).toEqual(['components', 0, 'commit']);
  });
});

describe('the envelope', () => {
  const good = exampleOf(events.get(eventType(changeReported))!);

  it('is a CloudEvent 1.0 with times in any offset', () => {
    expect(envelope.parse({ ...good, time: '2026-01-31T10:30:00+01:00' })).toMatchObject({ specversion: '1.0' });
  });

  it.each([
    ['specversion', '0.3'],
    ['id', ''],
    ['id', 'x'.repeat(201)],
    ['source', 7],
    ['time', 'yesterday'],
    ['datacontenttype', 'application/xml'],
    ['revision', -1],
    ['visibility', 'secret'],
    ['traceparent', 'x'.repeat(101)],
  ])('refuses %s %j', (member, value) => {
    expect(envelope.safeParse({ ...good, [member]: value }).error?.issues[0]?.path).toEqual([member]);
  });
});

describe('saying an event', () => {
  const about = { release: 'toy', revision: 3, data: changeReported.example.data };

  it('takes the type token from the component, or from the subject', () => {
    expect(say(changeReported, { ...about, subject: 'rpm/x' })).toMatchObject({
      lane: 'bus',
      event: 'millrace.inlet.change.reported.v1',
      componentType: 'rpm',
      revision: 3,
    });
    expect(say(changeReported, { ...about, subject: 'c-1', component: 'module/perl:5' }).componentType).toBe('module');
    expect(say(changeReported, { ...about, subject: 'c-1' }).componentType).toBeNull();
  });
});

describe('common parts', () => {
  it('name a rebuild by cascade, component, generation and pass', () => {
    expect(rebuildId({ cascade: 'c-1', component: 'rpm/x', generation: 2, pass: 1 })).toBe('c-1/rpm/x/2.1');
  });

  it('take a source by git commit, folder or file, and nothing else', () => {
    const commit = '0123456789abcdef0123456789abcdef01234567';
    expect(sourceRef.safeParse({ kind: 'git', url: 'https://x', commit }).success).toBe(true);
    for (const bad of [{ kind: 'git', url: 'x', commit: 'HEAD' }, { kind: 'http', url: 'x' }, { kind: 'folder' }]) {
      expect(sourceRef.safeParse(bad).success).toBe(false);
    }
  });

  it('give a package without an epoch the epoch 0', () => {
    const binary = { name: 'x', version: '1', release: '1', arch: 'noarch', provides: [], requires: [], files: [] };
    const whole = { component: 'rpm/x', nvr: 'x-1-1', build: 'b', packages: [binary], buildRequires: [], inputs: [] };
    expect(contents.parse(whole).packages[0]!.epoch).toBe('0');
  });
});
