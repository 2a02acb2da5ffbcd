import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findDeadLinks } from '../../scripts/check-doc-links.ts';

const root = mkdtempSync(join(tmpdir(), 'lvskit-links-'));
mkdirSync(join(root, 'docs'));
mkdirSync(join(root, 'src'));
writeFileSync(join(root, 'docs/there.md'), '# Its `title`, twice\n## Twice\n## Twice\n```sh\n# no heading\n```\n');
after(() => rmSync(root, { recursive: true }));

/** What is found dead in `docs/page.md` with this text. */
function deadIn(text: string): readonly string[] {
  writeFileSync(join(root, 'docs/page.md'), text);
  return findDeadLinks(root, 'docs/page.md').map((fault) => fault.replace('docs/page.md: there is no ', ''));
}

test('links to files, from where the document lies, must lead somewhere', () => {
  assert.deepEqual(deadIn('[a](there.md) [b](../src) [c](gone.md) [d](https://example.org/gone.md)'), ['gone.md']);
});

test('anchors are those of the headings, as GitHub makes them', () => {
  assert.deepEqual(deadIn('[a](there.md#its-title-twice) [b](there.md#twice-1) [c](there.md#twice-2)'), [
    'there.md#twice-2',
  ]);
  assert.deepEqual(deadIn('# Here\n[a](#here) [b](#there) [c](there.md#no-heading)'), [
    '#there',
    'there.md#no-heading',
  ]);
});

test('paths of the repository in backticks must be there, unless they stand for others', () => {
  assert.deepEqual(deadIn('`docs/there.md`, `src/`, `src/gone.ts`, `src/cli/NAME.ts`, `src/*.ts`, `etc/x`'), [
    'src/gone.ts',
  ]);
});

test('code is not taken for links', () => {
  assert.deepEqual(deadIn('`[a](gone.md)`\n```md\n[a](gone.md) `src/gone.ts`\n```\n'), []);
});
