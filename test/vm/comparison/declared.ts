// Differences from IPVS that are meant. docs/differences-from-ipvs.md has a section for each, headed by its id.

export interface DeclaredDifference {
  readonly id: string;
  /** Names of the scenarios that may show it. */
  readonly scenarios: RegExp;
  /** Each line that only IPVS has in this place. */
  readonly ipvs: RegExp;
  /** Each line that only lvskit has in this place. */
  readonly lvskit: RegExp;
}

const HEADING = /^IP Virtual Server version [\d.]+ \(size=\d+\)$/;

export const DECLARED: readonly DeclaredDifference[] = [
  { id: 'table-size', scenarios: /./, ipvs: HEADING, lvskit: HEADING },
];
