// The plots of a scale run as ECharts options: something that every point of a curve has, against the number of clients or
// of realservers.

import { formatSignificant, type ScaleCurve, type ScalePoint, systemLabel, throughputBy } from '../analysis/mod.ts';
import { type ChartOption, countAxis, valueAxis } from './chart-axes.ts';
import { type DrawnPoint, frame, level, line, withWhiskers } from './chart-series.ts';
import { escapeMarkup } from './markup.ts';
import { type LineStyle, lineStyleOf } from './series-style.ts';

/** One thing that is drawn of every point. */
export interface Drawn {
  /** Of the axis, with its unit. */
  readonly axis: string;
  /** Undefined where there is none. */
  of(point: ScalePoint): { readonly value: number; readonly low: number; readonly high: number } | undefined;
  /** How this curve is drawn beside others of the same system; without it, as the system is. */
  readonly dash?: LineStyle['dash'];
  /** What is added to the system's name. */
  readonly suffix?: string;
  /** The Universal Scalability Law through it. */
  readonly law?: true;
  /** Of the axis; otherwise as far as the values go. */
  readonly max?: number;
}

/** Steps of a law between two numbers of clients. */
const LAW_STEPS = 8;

/** @param levelAt where a dotted line is drawn: the rate of a link */
export function againstClients(curves: readonly ScaleCurve[], drawn: readonly Drawn[], levelAt?: number): ChartOption {
  const counts = [...new Set(curves.flatMap(({ points }) => points.map(({ clients }) => clients)))];
  const series = curves.flatMap((curve) =>
    drawn.flatMap((each) => [
      ...withWhiskers(
        styleOf(curve, each),
        nameOf(curve, each),
        curve.points.flatMap((point) => pointOf(curve, point, each, point.clients)),
      ),
      ...(each.law === undefined ? [] : lawOf(curve, nameOf(curve, each))),
    ]),
  );
  return plot(curves, drawn, series, counts, 'clients', levelAt);
}

/** Of each curve the point with the most clients. */
export function againstRealservers(curves: readonly ScaleCurve[], drawn: Drawn): ChartOption {
  const counts = [...new Set(curves.map(({ realservers }) => realservers))];
  const bySystem = [...Map.groupBy(curves, ({ system }) => system).values()];
  const series = bySystem.flatMap((group) => {
    const [curve] = group;
    if (curve === undefined) return [];
    const points = group.flatMap((each) => {
      const last = each.points.at(-1);
      return last === undefined ? [] : pointOf(each, last, drawn, each.realservers);
    });
    return withWhiskers(styleOf(curve, drawn), nameOf(curve, drawn), points);
  });
  const firsts = bySystem.flatMap(([curve]) => curve ?? []);
  return plot(firsts, [drawn], series, counts, 'realservers');
}

function plot(
  curves: readonly ScaleCurve[],
  drawn: readonly Drawn[],
  series: readonly ChartOption[],
  counts: readonly number[],
  what: string,
  levelAt?: number,
): ChartOption {
  const [first] = drawn;
  const max = first?.max === undefined ? {} : { max: first.max };
  return {
    ...frame(curves.flatMap((curve) => drawn.map((each) => nameOf(curve, each)))),
    xAxis: countAxis(what, counts),
    yAxis: valueAxis(first?.axis ?? '', { min: 0, ...max }),
    series: levelAt === undefined ? series : [...series, level(levelAt, 'dotted')],
  };
}

function pointOf(curve: ScaleCurve, point: ScalePoint, drawn: Drawn, x: number): DrawnPoint[] {
  const y = drawn.of(point);
  if (y === undefined) return [];
  const { clients } = point;
  const servers = `${curve.realservers} ${curve.realservers === 1 ? 'realserver' : 'realservers'}`;
  const where = `${clients} ${clients === 1 ? 'client' : 'clients'}, ${servers}`;
  const tip = [nameOf(curve, drawn), where, `${drawn.axis}: ${formatSignificant(y.value)}`]
    .map(escapeMarkup)
    .join('<br>');
  return [{ x, y, tip }];
}

/** Under the curve's own name, so that the legend switches both. */
function lawOf({ system, law, points }: ScaleCurve, name: string): ChartOption[] {
  const [first, last] = [points[0], points.at(-1)];
  if (law === undefined || first === undefined || last === undefined) return [];
  const steps = LAW_STEPS * points.length;
  const data = Array.from({ length: steps + 1 }, (_, step) => {
    const load = first.clients * (last.clients / first.clients) ** (step / steps);
    return [load, throughputBy(law, load)];
  });
  const { color } = lineStyleOf(system);
  const style = line({ color, dash: 'dotted', symbol: 'circle' }, name, data);
  return [{ ...style, symbol: 'none', silent: true, lineStyle: { color, width: 1, type: 'dotted' } }];
}

function styleOf({ system }: ScaleCurve, { dash }: Drawn): LineStyle {
  const style = lineStyleOf(system);
  return dash === undefined ? style : { ...style, dash };
}

function nameOf({ system }: ScaleCurve, { suffix = '' }: Drawn): string {
  return `${systemLabel(system)}${suffix}`;
}
