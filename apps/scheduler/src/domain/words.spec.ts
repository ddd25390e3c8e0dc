import { makeCommand } from './words';

describe('the command for a build by hand', () => {
  const row = { release: 'f44', cascade: 'c1', component: 'rpm/libfoo', system: 'koji' };
  const tag = 'https://kojipkgs.example/repos/f44-build-side-9/latest/';

  it.each([
    [{ ...row, system: 'local-rpm' }, null, 'millrace build make <your checkout> --release f44 --cascade c1'],
    [row, tag, 'koji build f44-build-side-9 git+<the repository of libfoo>#<commit>'],
    [row, null, 'koji build <the side tag of c1 in koji> git+<the repository of libfoo>#<commit>'],
    [{ ...row, component: 'module/perl:5.36', system: 'mbs' }, null, 'submit perl:5.36 to mbs (fedpkg module-build)'],
  ])('is that of the build system: %j', (of, repository, command) => {
    expect(makeCommand(of, repository)).toBe(command);
  });
});
