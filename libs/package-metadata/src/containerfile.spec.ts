import { parseContainerfile } from './containerfile';

describe('a Containerfile', () => {
  it('says what it is made from, installs and runs', () => {
    const text = `# a comment
FROM platform
LABEL org.example.name="the \\"mill\\"" version=1
RUN dnf install -y \\
    millwheel \\
    # in between
    quern millwheel
RUN dnf -y install /usr/bin/bolter
ENTRYPOINT ["/usr/bin/millwheel"]
CMD ["--fast"]
`;
    expect(parseContainerfile(text)).toEqual({
      from: 'platform',
      installs: ['millwheel', 'quern', '/usr/bin/bolter'],
      labels: { 'org.example.name': 'the "mill"', version: '1' },
      entrypoint: ['/usr/bin/millwheel'],
      command: ['--fast'],
    });
  });

  it.each([
    ['RUN dnf install -y a', 'no FROM'],
    ['FROM a\nFROM b', 'line 2'],
    ['FROM a\n\nRUN curl x | sh', 'line 3'],
    ['FROM a\nRUN dnf install a; reboot', "'a;'"],
    ['FROM a\nRUN dnf install --nogpgcheck a', '--nogpgcheck'],
    ['FROM a\nCOPY x /', 'COPY'],
    ['FROM a\nENTRYPOINT /bin/sh', 'JSON'],
    ['FROM a\nLABEL lonely', 'LABEL'],
    ['FROM $(x)', 'no image'],
  ])('%j is refused', (text, words) => {
    expect(() => parseContainerfile(text)).toThrow(
      expect.objectContaining({ code: 'containerfile-invalid', message: expect.stringContaining(words) }),
    );
  });
});
