import { parseContainerfile } from './containerfile';

describe('Containerfile', () => {
  it('reads the documented part of the language', () => {
    const text = [
      '# the mill',
      'FROM platform',
      'LABEL name="millwheel" \\',
      '      org.opencontainers.image.title=Mill',
      'RUN dnf install -y millwheel \\',
      '    /usr/bin/grind',
      'RUN dnf -y install libstone && dnf clean all',
      'ENTRYPOINT ["/usr/bin/millwheel"]',
      'CMD ["--turn", "1"]',
    ].join('\n');
    expect(parseContainerfile(text)).toEqual({
      from: 'platform',
      labels: { name: 'millwheel', 'org.opencontainers.image.title': 'Mill' },
      install: ['millwheel', '/usr/bin/grind', 'libstone'],
      entrypoint: ['/usr/bin/millwheel'],
      command: ['--turn', '1'],
    });
  });

  it.each([
    ['RUN dnf install -y a', 1, 'does not begin with FROM'],
    ['FROM fedora:41', 1, 'FROM takes scratch or platform'],
    ['FROM platform\nRUN dnf install -y a; rm -rf /', 2, 'RUN takes only'],
    ['FROM platform\nRUN dnf install -y $(id)', 2, 'RUN takes only'],
    ['FROM platform\nRUN dnf install -y --installroot=/ a', 2, 'RUN takes only'],
    ['FROM platform\n\nCOPY . /', 3, 'COPY is not among'],
    ['FROM platform\nCMD run it', 2, 'CMD takes a JSON list'],
    ['FROM platform\nLABEL broken', 2, 'LABEL takes'],
    ['FROM platform\nFROM scratch', 2, 'more than one FROM'],
  ])('names line and problem of %j', (text, line, problem) => {
    expect(parseContainerfile(text)).toEqual({ line, problem: expect.stringContaining(problem) as string });
  });
});
