// An experiment in the report of a reproduction: its plots draw a system as all plots do, and its command repeats it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FigureData, JudgedExperiment } from '../../src/analysis/mod.ts';
import { figureOption } from '../../src/report/figure-chart.ts';
import { formatExperiment } from '../../src/report/html-experiment.ts';
import { assignStyles, lineStyleOf } from '../../src/report/series-style.ts';
import { run as compareRun } from './example.ts';

const y = { value: 1, low: 0.9, high: 1.1 };

function figureOf(names: readonly string[], kind: FigureData['kind'] = 'throughput'): FigureData {
  const series = names.map((name) => ({ name, points: [{ sizeBytes: 64, y }] }));
  return { title: 'Plot.', caption: 'Of curves.', kind, unit: undefined, series };
}

function experimentWith(figures: readonly FigureData[], depth: 'quick' | 'full' = 'full'): JudgedExperiment {
  const { startedAt, environment } = compareRun;
  const run = {
    format: 1,
    kind: 'experiment',
    experiment: 'made-up',
    depth,
    startedAt,
    finishedAt: startedAt,
    needs: undefined,
    failure: undefined,
    environment,
  } as const;
  return { id: 'made-up', section: '2.1', title: 'Made up', method: 'None.', run, claims: [], figures };
}

test('a system has its colour and its name of all reports in every plot, by whichever name it was observed', () => {
  const styles = assignStyles(['direct', 'nat', 'VS-DR']);
  assert.deepEqual(
    [...styles],
    [
      ['direct', lineStyleOf('direct')],
      ['nat', lineStyleOf('nat')],
      ['VS-DR', lineStyleOf('dr')],
    ],
  );
  const option = figureOption(figureOf(['nat', 'VS-DR'], { over: 'tun' }), styles);
  assert.deepEqual((option.legend as { data: unknown }).data, ['VS-NAT', 'VS-DR']);
  assert.equal((option.yAxis as { name: string }).name, 'time / time of VS-TUN');
});

test('curves of no system keep clear of the systems’ colours, and of each other’s', () => {
  const styles = assignStyles(['VS-DR', 'forwarding', 'client to itself', 'forwarding', 'realserver to itself']);
  const colors = [...styles.values()].map(({ color }) => color);
  assert.equal(colors.length, 4);
  assert.equal(new Set(colors).size, 4);
});

test('more curves than styles are drawn all the same', () => {
  const names = ['nat', ...Array.from({ length: 20 }, (_, index) => `MTU ${index}`)];
  for (const style of assignStyles(names).values()) assert.ok(style.color);
});

test('a curve that is in two plots of an experiment is alike in both', () => {
  const html = formatExperiment(experimentWith([figureOf(['on devices', 'by TP']), figureOf(['by TP'])]));
  const options = [...html.matchAll(/<script type="application\/json">(.*?)<\/script>/gs)].map(
    ([, json = '']) => JSON.parse(json) as { series: { name: string; lineStyle: { color: string } }[] },
  );
  const colors = options.map(({ series }) => series.find(({ name }) => name === 'by TP')?.lineStyle.color);
  assert.ok(colors[0] !== undefined && colors[0] === colors[1]);
});

test('the command to repeat it is quick where the run was', () => {
  assert.match(formatExperiment(experimentWith([], 'quick')), /<code>lvskit reproduce --quick made-up<\/code>/);
  assert.match(formatExperiment(experimentWith([])), /<code>lvskit reproduce made-up<\/code>/);
});
