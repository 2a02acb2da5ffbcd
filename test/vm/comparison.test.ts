// The comparison of two recordings: what it takes for the same, for declared, and for a fault.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareRecording, declaredIn, faultsOf, formatComparison } from './comparison/compare.ts';

const CHECKSUM = '  r2 gets 10.1.0.11:1026 > 10.2.0.22:80 udp "x" (ttl 63 tos 0 id 4660)';
const NO_CHECKSUM = '  r2 gets 10.1.0.11:1026 > 10.2.0.22:80 udp "x" no checksum (ttl 63 tos 0 id 4660)';

function compare(name: string, ipvs: readonly string[], lvskit: readonly string[]) {
  return compareRecording({ name, ipvs, lvskit });
}

describe('compareRecording', () => {
  it('takes a line that only one of both has for a fault', () => {
    for (const [ipvs, lvskit] of [
      [['a', 'b'], ['a']],
      [['a'], ['a', 'b']],
      [
        ['a', 'b'],
        ['a', 'c'],
      ],
    ] as const) {
      assert.equal(faultsOf(compare('rr', ipvs, lvskit)), 1);
    }
  });

  it('takes what is declared for the scenario for no fault, and names it', () => {
    const passages = compare('VS-NAT: UDP', ['a', CHECKSUM], ['a', NO_CHECKSUM]);
    assert.equal(faultsOf(passages), 0);
    assert.deepEqual(declaredIn(passages), ['udp-without-checksum']);
    assert.equal(
      formatComparison(passages),
      `    a\n    [declared: udp-without-checksum]\n  - ${CHECKSUM}\n  + ${NO_CHECKSUM}`,
    );
  });

  it('takes it for a fault in any other scenario', () => {
    assert.equal(faultsOf(compare('VS-NAT: no server', [CHECKSUM], [NO_CHECKSUM])), 1);
  });

  it('takes a fault beside a declared difference for a fault', () => {
    const other = NO_CHECKSUM.replace('ttl 63', 'ttl 62');
    assert.equal(faultsOf(compare('VS-NAT: UDP', [CHECKSUM], [other])), 1);
  });

  it('lets times of expiry be three seconds apart', () => {
    const listed = (time: string) => [`TCP ${time}  ESTABLISHED 10.1.0.11:1         10.1.0.100:80      10.2.0.21:80`];
    assert.equal(faultsOf(compare('rr', listed('14:59'), listed('15:02'))), 0);
    assert.equal(faultsOf(compare('rr', listed('14:59'), listed('15:03'))), 1);
  });

  it("leaves each program's own words about failures aside, but not their status", () => {
    assert.equal(faultsOf(compare('rr', ['! No such service'], ['! there is no service'])), 0);
    assert.equal(faultsOf(compare('rr', ['status 255', '! No such service'], ['status 1'])), 1);
  });
});
