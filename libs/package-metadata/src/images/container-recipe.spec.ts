import { readContainerRecipe } from './container-recipe';
import { shellCommands } from './shell-commands';

const installsOf = (text: string): string[] =>
  readContainerRecipe(text).installs.map((one) => `${one.family} ${one.name}`);

describe('a recipe', () => {
  it('takes values of ARG before FROM for FROM, and within a stage only where it asks for them', () => {
    const recipe = readContainerRecipe(
      'ARG TAG=1\nARG NAME=base\nFROM $NAME:${TAG}\nARG TAG\nRUN dnf install -y a-$TAG b-${NAME:-none}\n',
    );
    expect(recipe.parents).toEqual(['base:1']);
    expect(recipe.installs.map((one) => one.name)).toEqual(['a-1', 'b-none']);
  });

  it('takes given build arguments over those of the file', () => {
    expect(readContainerRecipe('ARG TAG=1\nFROM a:$TAG\n', 'x', { arguments: { TAG: '2' } }).parents).toEqual(['a:2']);
  });

  it('knows the architecture', () => {
    expect(readContainerRecipe('FROM a-$TARGETARCH\n', 'x', { architecture: 'arm64' }).parents).toEqual(['a-arm64']);
  });

  it('leaves stages out that the last one does not need', () => {
    const recipe = readContainerRecipe(
      'FROM a AS one\nFROM b AS two\nFROM one AS three\nFROM c\nCOPY --from=three /x /\nCOPY --from=0 /y /\n',
    );
    expect(recipe.parents).toEqual(['c', 'a']);
  });

  it('may have the escape character of Windows, comments within a command, and lines that go on', () => {
    expect(installsOf('# escape=`\nFROM a\nRUN dnf install -y `\n  # why\n\n  b `\n  c\n')).toEqual(['rpm b', 'rpm c']);
  });

  it.each([
    [
      'RUN apt-get update && apt-get install -y --no-install-recommends -o X::Y=1 -t stable curl=7.* libssl3:arm64 gone- && rm -rf /var',
      ['deb curl', 'deb libssl3'],
    ],
    ['RUN set -eux; DEBIAN_FRONTEND=noninteractive apt-get -qq install a b 2>/dev/null; echo done', ['deb a', 'deb b']],
    ['RUN ["/bin/bash", "-lc", "dnf install -y a"]', ['rpm a']],
    ['RUN if [ -n "$X" ]; then yum -y install a; else sudo microdnf install b; fi', ['rpm a', 'rpm b']],
    ['RUN zypper -n in --repo main a', ['rpm a']],
    ['RUN dnf install -y \'pkgconfig(x) >= 1\' "perl(Foo::Bar)"', ['rpm pkgconfig(x) >= 1', 'rpm perl(Foo::Bar)']],
    ['RUN echo "dnf install x" && true', []],
    ['RUN dnf remove -y x', []],
    ['RUN --mount=type=cache,target=/var/cache dnf install -y x', ['rpm x']],
    ["RUN <<'EOF'\ndnf install -y x\nEOF\n", ['rpm x']],
  ])('%j installs %j', (line, expected) => {
    expect(installsOf(`FROM a\n${line}`)).toEqual(expected);
  });

  it('tells what it cannot follow, with its line', () => {
    const { problems } = readContainerRecipe(
      'FROM a\nRUN apk add --no-cache --virtual .deps x\nRUN dnf install -y $UNKNOWN ./local.rpm\n',
    );
    expect(problems.map((one) => [one.line, one.what])).toEqual([
      [2, 'x'],
      [3, '$UNKNOWN'],
      [3, './local.rpm'],
    ]);
  });

  it('ends for any input', () => {
    const hostile = `FROM a\nRUN ${'"'.repeat(20_000)}${"'".repeat(20_001)} ${'\\'.repeat(9999)} ${'$('.repeat(10_000)}`;
    expect(readContainerRecipe(hostile).installs).toEqual([]);
  });
});

describe('shell commands', () => {
  it('are cut where the shell cuts them', () => {
    const commands = shellCommands('a "b c"; d && (e | f) & # g\nX=1 h ${Y:-i}', new Map());
    expect(commands.map((one) => one.map((word) => word.text))).toEqual([
      ['a', 'b c'],
      ['d'],
      ['e'],
      ['f'],
      ['h', 'i'],
    ]);
  });
});
