import { treeInfo } from './treeinfo';

test('a treeinfo names the tree, and the digest of its repodata', () => {
  const name = {
    ...{ title: 'Mini\ndistro', short: 'Mini', version: '1', type: 'nightly' as const, variant: 'Everything' },
    ...{ date: '20260131', respin: 0 },
  };
  const text = treeInfo({ name, variant: 'Everything', arch: 'x86_64', epoch: 1769852000, repomd: 'ab12' });
  expect(text.split('\n\n').map((section) => section.split('\n')[0])).toEqual([
    ...['[checksums]', '[general]', '[header]', '[release]', '[tree]', '[variant-Everything]', ''],
  ]);
  expect(text).toContain('[checksums]\nrepodata/repomd.xml = sha256:ab12\n');
  expect(text).toContain('[header]\ntype = productmd.treeinfo\nversion = 1.2\n');
  expect(text).toContain('[release]\nname = Mini distro\nshort = Mini\nversion = 1\n');
  expect(text).toContain('[tree]\narch = x86_64\nbuild_timestamp = 1769852000\nplatforms = x86_64\n');
});
