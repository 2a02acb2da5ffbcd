// Facts → findings: every check, and then without those that only follow from others. Pure.

import { CHECKS } from './checks/mod.ts';
import type { Check, Examination, Finding } from './finding.ts';

/** In the order of the checks. */
export function examine(examination: Examination, checks: readonly Check[] = CHECKS): readonly Finding[] {
  const found = checks.flatMap((check) => check.find(examination).map((finding) => ({ check, finding })));
  const findings = found.map(({ finding }) => finding);
  return found.filter(({ check, finding }) => !isConsequence(check, finding, findings)).map(({ finding }) => finding);
}

function isConsequence({ follows }: Check, finding: Finding, findings: readonly Finding[]): boolean {
  const { here = [], anywhere = [] } = follows ?? {};
  return findings.some((other) => {
    if (other.name === finding.name) return false;
    if (anywhere === 'any' || anywhere.includes(other.name)) return true;
    return other.machine === finding.machine && here.includes(other.name);
  });
}
