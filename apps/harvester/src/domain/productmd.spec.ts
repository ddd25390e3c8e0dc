import { composeInfo, imagesDocument, modulesDocument, productmdText, rpmsDocument } from './productmd';
import type { ComposeName } from './state';

const name: ComposeName = {
  title: 'Minidistro, größer',
  short: 'Minidistro',
  version: '1',
  type: 'nightly',
  variant: 'Everything',
  date: '20260131',
  respin: 2,
};
const compose = { id: 'Minidistro-1-20260131.n.2', type: 'nightly', date: '20260131', respin: 2 };

test('composeinfo has exactly the members of productmd 1.2', () => {
  const paths = { os_tree: { x86_64: 'Everything/x86_64/os' } };
  expect(composeInfo(name, [{ id: 'Everything', arches: ['x86_64', 'aarch64'], paths }])).toEqual({
    header: { type: 'productmd.composeinfo', version: '1.2' },
    payload: {
      compose,
      release: { name: 'Minidistro, größer', short: 'Minidistro', version: '1', type: 'ga', internal: false },
      variants: {
        Everything: {
          id: 'Everything',
          uid: 'Everything',
          name: 'Everything',
          type: 'variant',
          arches: ['aarch64', 'x86_64'],
          paths,
        },
      },
    },
  });
});

test('rpms are listed by variant, architecture and source package', () => {
  const of = { variant: 'Everything', arch: 'x86_64', srpm: 'quern-0:1-1.src' };
  const binary = { ...of, nevra: 'quern-0:1-1.x86_64', path: 'a.rpm', category: 'binary' as const };
  const source = { ...of, nevra: 'quern-0:1-1.src', path: 'a.src.rpm', category: 'source' as const };
  expect(rpmsDocument(name, [binary, source])).toEqual({
    header: { type: 'productmd.rpms', version: '1.2' },
    payload: {
      compose,
      rpms: {
        Everything: {
          x86_64: {
            'quern-0:1-1.src': {
              'quern-0:1-1.x86_64': { path: 'a.rpm', sigkey: null, category: 'binary' },
              'quern-0:1-1.src': { path: 'a.src.rpm', sigkey: null, category: 'source' },
            },
          },
        },
      },
    },
  });
});

test('modules and images carry what their readers check', () => {
  const module = { variant: 'Modular', arch: 'x86_64', nsvc: 'grinding:1.0:20260131:abcd1234' };
  const modules = modulesDocument(name, [{ ...module, modulemdPath: 'm.yaml.gz', rpms: ['b', 'a'] }]);
  expect(modules).toMatchObject({
    payload: {
      modules: {
        Modular: {
          x86_64: {
            'grinding:1.0:20260131:abcd1234': {
              metadata: {
                uid: 'grinding:1.0:20260131:abcd1234',
                name: 'grinding',
                stream: '1.0',
                version: '20260131',
                context: 'abcd1234',
                koji_tag: 'module-grinding-1.0-20260131-abcd1234',
              },
              modulemd_path: { binary: 'm.yaml.gz' },
              rpms: ['a', 'b'],
            },
          },
        },
      },
    },
  });
  const image = { variant: 'Everything', arch: 'x86_64', mtime: 1, size: 10, sha256: 'ab' };
  const images = imagesDocument(name, [
    { ...image, path: 'b.ociarchive', subvariant: 'container/b' },
    { ...image, path: 'a.ociarchive', subvariant: 'container/a' },
  ]) as { payload: { images: { Everything: { x86_64: Record<string, unknown>[] } } } };
  expect(images.payload.images.Everything.x86_64.map((i) => i['path'])).toEqual(['a.ociarchive', 'b.ociarchive']);
  expect(Object.keys(images.payload.images.Everything.x86_64[0]!).sort()).toEqual(
    [
      ...['arch', 'bootable', 'checksums', 'disc_count', 'disc_number', 'format', 'implant_md5'],
      ...['mtime', 'path', 'size', 'subvariant', 'type', 'volume_id'],
    ].sort(),
  );
});

test('the text is what Python writes: sorted, four spaces, ASCII, no newline at the end', () => {
  expect(productmdText({ b: [], a: { ü: '🎡', c: null } })).toBe(
    '{\n    "a": {\n        "c": null,\n        "\\u00fc": "\\ud83c\\udfa1"\n    },\n    "b": []\n}',
  );
});
