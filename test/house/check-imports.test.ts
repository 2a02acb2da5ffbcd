import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findForbiddenImports, MAY_IMPORT, RESERVED_FOR } from '../../scripts/check-imports.ts';

test('the areas import each other in one direction only', () => {
  const sorted: string[] = [];
  let rest = Object.keys(MAY_IMPORT);
  while (rest.length > 0) {
    const next = rest.filter((area) => MAY_IMPORT[area]?.every((other) => sorted.includes(other)));
    assert.notDeepEqual(next, [], `a cycle among ${rest.join(', ')}`);
    sorted.push(...next);
    rest = rest.filter((area) => !next.includes(area));
  }
});

test('an area may import its own files, and the mod.ts of the areas below it', () => {
  const source =
    "import { a } from './other.ts';\nimport { b } from '../model/mod.ts';\nimport { join } from 'node:path';\n";
  assert.deepEqual(findForbiddenImports('src/lab/apply.ts', source), []);
});

test('a file deep in an area counts as that area', () => {
  assert.deepEqual(findForbiddenImports('src/measure/netpipe/a.ts', "import { b } from '../clock.ts';"), []);
  assert.equal(findForbiddenImports('src/measure/netpipe/a.ts', "import { b } from '../../lab/mod.ts';").length, 1);
});

for (const [kind, statement] of [
  ['an import', "import { x } from 'FROM';"],
  ['an import of types', "import type { X } from 'FROM';"],
  ['an import for its effects', "import 'FROM';"],
  ['a re-export', "export { x } from 'FROM';"],
  ['a re-export of all', "export * from 'FROM';"],
  ['a lazy import', "const load = () => import('FROM');"],
] as const) {
  test(`${kind} against the direction of the layers is found`, () => {
    assert.deepEqual(findForbiddenImports('src/report/table.ts', statement.replace('FROM', '../suite/mod.ts')), [
      'src/report/table.ts: imports ../suite/mod.ts, but report may not import suite',
    ]);
  });
}

test("another area's inner files are out of reach", () => {
  assert.deepEqual(findForbiddenImports('src/suite/run.ts', "import { x } from '../lab/apply.ts';"), [
    'src/suite/run.ts: imports ../lab/apply.ts, but other areas import src/lab/mod.ts alone',
  ]);
});

test('a real host may be set up with the data plane, but knows nothing of labs and conf files', () => {
  const importing = (area: string) => findForbiddenImports('src/host/x.ts', `import { x } from '../${area}/mod.ts';`);
  for (const area of ['model', 'director', 'dataplane', 'system']) assert.deepEqual(importing(area), []);
  for (const area of ['lab', 'conf', 'suite', 'cli']) assert.equal(importing(area).length, 1, area);
});

test('src/ does not reach outside itself', () => {
  assert.deepEqual(findForbiddenImports('src/cli/main.ts', "import { x } from '../../test/fixtures/x.ts';"), [
    'src/cli/main.ts: imports ../../test/fixtures/x.ts, but src/ imports nothing outside itself',
  ]);
});

test('modules with effects are for the areas that own those effects', () => {
  for (const [module, owners] of Object.entries(RESERVED_FOR)) {
    const source = `import { x } from '${module}';`;
    for (const area of Object.keys(MAY_IMPORT)) {
      const faults = findForbiddenImports(`src/${area}/x.ts`, source);
      assert.equal(faults.length, owners.includes(area) ? 0 : 1, `${module} in ${area}`);
    }
  }
});
