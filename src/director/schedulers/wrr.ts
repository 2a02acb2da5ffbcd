// Weighted round robin (ip_vs_wrr.c). The required weight falls in steps from the greatest one; in each pass the
// servers of at least that weight have a turn in list order. A table is one cycle of passes. A change of the servers
// lets the kernel begin a pass anew: which one, says the required weight that it keeps.

import { greatestCommonDivisor } from './gcd.ts';

interface Passes {
  /** Between the required weights of two passes; 1 where no server has a weight. */
  readonly step: number;
  /** Of the first pass; of the last it is 1. Zero where no server has a weight. */
  readonly greatest: number;
}

function passesOf(weights: readonly number[]): Passes {
  const step = greatestCommonDivisor(weights) || 1;
  const greatest = weights.reduce((a, b) => Math.max(a, b), 0);
  return { step, greatest: greatest - (step - 1) };
}

export function buildWrrTable(weights: readonly number[]): number[] {
  const { step, greatest } = passesOf(weights);
  const table: number[] = [];
  for (let required = greatest; required > 0; required -= step) {
    for (const [index, weight] of weights.entries()) if (weight >= required) table.push(index);
  }
  return table;
}

/** Rows of the table: each server has its weight in lowest terms. */
export function wrrTableLength(weights: readonly number[]): number {
  return weights.reduce((sum, weight) => sum + weight, 0) / passesOf(weights).step;
}

/** The first row of the pass with this required weight; zero where there is no table. */
export function rowOfPass(weights: readonly number[], required: number): number {
  const { step } = passesOf(weights);
  const passesLeft = Math.ceil(required / step);
  return weights.reduce((rows, weight) => rows + Math.max(0, weight / step - passesLeft), 0);
}

/** The required weight of the pass that a row of the table is in. */
export function requiredWeightAt(weights: readonly number[], row: number): number {
  const { step, greatest } = passesOf(weights);
  let [least, most] = [0, (greatest - 1) / step];
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    if (rowOfPass(weights, middle * step + 1) <= row) most = middle;
    else least = middle + 1;
  }
  return least * step + 1;
}

/** ip_vs_wrr_dest_changed(): the required weight after a server was added, removed or edited. */
export function changeRequiredWeight(required: number, weights: readonly number[]): number {
  const { step, greatest } = passesOf(weights);
  if (required > greatest || required === 0) return greatest;
  return step > 1 ? Math.floor(required / step) * step + 1 : required;
}
