// Gunther's Universal Scalability Law, X(N) = λN / (1 + σ(N − 1) + κN(N − 1)): what each of N would do alone, how much of
// the work is done one at a time, and what they cost each other (Guerrilla Capacity Planning, 2007, chapter 4). Turned
// round it is linear in three unknowns: N / X = (1 + σ(N − 1) + κN(N − 1)) / λ.

export interface LoadPoint {
  /** Clients or servers at once; from 1. */
  readonly load: number;
  /** Whatever is done in a second; positive. */
  readonly throughput: number;
}

export interface ScalabilityLaw {
  /** λ: throughput of one alone. */
  readonly single: number;
  /** σ: the share that is done one at a time. */
  readonly contention: number;
  /** κ: what every pair costs. */
  readonly coherence: number;
  /** Where it is fastest; undefined where more is never slower. */
  readonly peakLoad: number | undefined;
  /** The largest (measured − law) / law, without its sign. */
  readonly largestResidual: number;
}

/** Through three points there is always a law, whether it holds or not. */
const FEWEST_LOADS = 4;

/** The unknowns that are kept above zero: with some of them at zero, the best of what is left. */
const MODELS: readonly (readonly ('contention' | 'coherence')[])[] = [
  ['contention', 'coherence'],
  ['contention'],
  ['coherence'],
  [],
];

/** Undefined with fewer than four different loads. Contention and coherence are not negative. */
export function fitScalabilityLaw(points: readonly LoadPoint[]): ScalabilityLaw | undefined {
  if (new Set(points.map(({ load }) => load)).size < FEWEST_LOADS) return undefined;
  const fits = MODELS.flatMap((terms) => fitTerms(points, terms) ?? []);
  const best = fits.toSorted((one, other) => errorOf(points, one) - errorOf(points, other))[0];
  if (best === undefined) return undefined;
  const { single, contention, coherence } = best;
  return {
    single,
    contention,
    coherence,
    peakLoad: coherence > 0 && contention < 1 ? Math.sqrt((1 - contention) / coherence) : undefined,
    largestResidual: Math.max(...points.map((point) => Math.abs(relativeError(point, best)))),
  };
}

/** Throughput that the law has for a load. */
export function throughputBy(law: Pick<ScalabilityLaw, 'single' | 'contention' | 'coherence'>, load: number): number {
  return (law.single * load) / (1 + law.contention * (load - 1) + law.coherence * load * (load - 1));
}

type Parameters = Pick<ScalabilityLaw, 'single' | 'contention' | 'coherence'>;

function fitTerms(points: readonly LoadPoint[], terms: (typeof MODELS)[number]): Parameters | undefined {
  const columns = ({ load }: LoadPoint) => [
    1,
    ...terms.map((term) => (term === 'contention' ? load - 1 : load * (load - 1))),
  ];
  // Relative errors of N/X are those of X: each row counts by what it is to predict.
  const rows = points.map((point) => {
    const target = point.load / point.throughput;
    return { columns: columns(point).map((value) => value / target), target: 1 };
  });
  const solution = leastSquares(rows);
  const [inverse = 0, ...rest] = solution ?? [];
  if (solution === undefined || inverse <= 0 || rest.some((value) => value < 0)) return undefined;
  const of = (term: 'contention' | 'coherence') => (rest[terms.indexOf(term)] ?? 0) / inverse;
  return { single: 1 / inverse, contention: of('contention'), coherence: of('coherence') };
}

function relativeError({ load, throughput }: LoadPoint, law: Parameters): number {
  const expected = throughputBy(law, load);
  return (throughput - expected) / expected;
}

function errorOf(points: readonly LoadPoint[], law: Parameters): number {
  return points.reduce((sum, point) => sum + relativeError(point, law) ** 2, 0);
}

/** By the normal equations and Gauss's elimination: three unknowns at most. Undefined where they cannot be told apart. */
function leastSquares(rows: readonly { readonly columns: readonly number[]; readonly target: number }[]) {
  const size = rows[0]?.columns.length ?? 0;
  const matrix = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) =>
      rows.reduce((sum, { columns }) => sum + at(columns, i) * at(columns, j), 0),
    ),
    rows.reduce((sum, { columns, target }) => sum + at(columns, i) * target, 0),
  ]);
  for (let pivot = 0; pivot < size; pivot++) {
    const rowsLeft = matrix.slice(pivot).toSorted((a, b) => Math.abs(at(b, pivot)) - Math.abs(at(a, pivot)));
    matrix.splice(pivot, rowsLeft.length, ...rowsLeft);
    const head = matrix[pivot] ?? [];
    if (Math.abs(at(head, pivot)) < 1e-300) return undefined;
    for (const row of matrix.slice(pivot + 1)) {
      const factor = at(row, pivot) / at(head, pivot);
      for (let column = pivot; column <= size; column++) row[column] = at(row, column) - factor * at(head, column);
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let row = size - 1; row >= 0; row--) {
    const known = solution.reduce(
      (sum, value, column) => (column > row ? sum + value * at(matrix[row] ?? [], column) : sum),
      0,
    );
    solution[row] = (at(matrix[row] ?? [], size) - known) / at(matrix[row] ?? [], row);
  }
  return solution;
}

function at(values: readonly number[], index: number): number {
  return values[index] as number;
}
