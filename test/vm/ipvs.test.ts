// lvskit against the real IPVS: the same commands and packets to both, in a VM whose kernel has ip_vs. What differs must
// be declared in docs/differences-from-ipvs.md.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { compareRecording, declaredIn, faultsOf, formatComparison } from './comparison/compare.ts';
import { DECLARED } from './comparison/declared.ts';
import { type Recording, recordScenarios } from './recording.ts';
import { SCENARIOS } from './scenarios/mod.ts';

const PATTERN = process.env.LVSKIT_VM_SCENARIOS ?? '';
const ALL = PATTERN === '';

const seen = new Set<string>();

describe('lvskit does in each scenario what IPVS does', () => {
  const waiting = new Map<string, PromiseWithResolvers<Recording>>();
  let recording: Promise<void> | undefined;
  const names = SCENARIOS.map(({ name }) => name).filter((name) => new RegExp(PATTERN).test(name));
  for (const name of names) waiting.set(name, Promise.withResolvers());

  before(() => {
    recording = recordScenarios(PATTERN, (one) => waiting.get(one.name)?.resolve(one));
    // A player that fails fails the scenarios that it has not come to.
    recording.catch((error: unknown) => {
      for (const { promise, reject } of waiting.values()) {
        promise.catch(() => {});
        reject(error);
      }
    });
  });
  after(() => recording);

  for (const name of names) {
    it(name, async () => {
      const passages = compareRecording(await (waiting.get(name) as PromiseWithResolvers<Recording>).promise);
      for (const id of declaredIn(passages)) seen.add(id);
      if (faultsOf(passages) > 0) assert.fail(`- IPVS, + lvskit\n${formatComparison(passages)}`);
    });
  }
});

describe('the declared differences', () => {
  const document = readFileSync(new URL('../../docs/differences-from-ipvs.md', import.meta.url), 'utf8');

  it('are those of docs/differences-from-ipvs.md', () => {
    const sections = [...document.matchAll(/^### `(.+)`$/gm)].map(([, id]) => id);
    assert.deepEqual(sections.toSorted(), DECLARED.map(({ id }) => id).toSorted());
  });

  it('all occur', { skip: !ALL && 'only some scenarios were played' }, () => {
    const gone = DECLARED.map(({ id }) => id).filter((id) => !seen.has(id));
    assert.deepEqual(gone, [], 'these are declared, and no scenario shows them');
  });
});

describe('the scenarios', () => {
  it('have names of their own', () => {
    const names = SCENARIOS.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });
});
