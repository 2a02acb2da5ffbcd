// The picture of a cluster as the paper's figures have it: machines, NICs, networks, where the VIP is and whether it
// answers ARP, the way of a request and of its reply. A self-contained SVG in the colours of a light page.

import type { Cluster } from '../model/mod.ts';
import { element, escapeMarkup } from './markup.ts';
import { BLUE, INK, MUTED, PAPER, VERMILION } from './series-style.ts';
import { type Leg, traceFlows } from './topology-flows.ts';
import { type Box, type Bus, type Layout, layOutTopology, type Wire } from './topology-layout.ts';
import { ROW_HEIGHT, type Row } from './topology-rows.ts';

const FLOW_COLORS = { request: BLUE, reply: VERMILION } as const;
const SANS = 'system-ui, sans-serif';
const MONO = 'ui-monospace, monospace';
/** Legs beside each other on one wire, in the order of the way: offsets from the wire. */
const LANES = [-13, -5, 5, 13];
const TITLE_BASELINE = 23;
const FIRST_ROW_BASELINE = 48;
const TEXT_INSET = 14;
const LEAD_WIDTH = 52;
const LEGEND = { x: 350, y: 40 };

/** Ends with a newline. */
export function drawTopology(cluster: Cluster): string {
  const layout = layOutTopology(cluster);
  const legs = traceFlows(cluster);
  const { width, height } = layout;
  const title = `${cluster.machines.length} machines, VS-${cluster.method.toUpperCase()}, VIP ${cluster.vip.address}`;
  const parts = [
    element('title', {}, escapeMarkup(title)),
    element('defs', {}, arrowHead('request') + arrowHead('reply')),
    ...layout.wires.map(drawWire),
    ...layout.buses.map(drawBus),
    ...legs.map((leg, index) => drawLeg(leg, layout, LANES[index] ?? 0)),
    ...layout.boxes.map(drawBox),
    ...layout.wires.map(drawWireLabel),
    drawLegend(legs),
  ];
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
    'font-family': SANS,
    'font-size': 13,
  };
  return `${element('svg', attributes, `\n${parts.join('\n')}\n`)}\n`;
}

function drawWire({ x, boxY, busY }: Wire): string {
  return (
    element('path', { d: `M${x} ${boxY}V${busY}`, stroke: MUTED, 'stroke-width': 1.5, fill: 'none' }) +
    element('circle', { cx: x, cy: busY, r: 3.5, fill: MUTED })
  );
}

/** The device's name beside its end of the wire, on the side away from the flows. */
function drawWireLabel({ nic, x, boxY, busY }: Wire): string {
  const y = busY > boxY ? boxY + 17 : boxY - 9;
  return text(x + 20, y, nic.device, { fill: MUTED, 'font-family': MONO, 'font-size': 11 });
}

function drawBus({ label, y, fromX, toX }: Bus): string {
  const line = element('path', {
    d: `M${fromX} ${y}H${toX}`,
    stroke: MUTED,
    'stroke-width': 4,
    'stroke-linecap': 'round',
  });
  return line + text(toX + 10, y + 4, label, { fill: MUTED, 'font-family': MONO, 'font-size': 12 });
}

function drawBox({ stacked, title, subtitle, rows, x, y, width, height }: Box): string {
  const shape = { width, height, rx: 6, fill: PAPER, stroke: INK, 'stroke-width': 1.25 };
  const behind = stacked ? [8, 4].map((offset) => element('rect', { ...shape, x: x + offset, y: y + offset })) : [];
  return [
    ...behind,
    element('rect', { ...shape, x, y }),
    text(x + TEXT_INSET, y + TITLE_BASELINE, title, { fill: INK, 'font-weight': 600, 'font-size': 14 }),
    text(x + width - TEXT_INSET, y + TITLE_BASELINE, subtitle, { fill: MUTED, 'text-anchor': 'end' }),
    ...rows.map((row, index) => drawRow(row, x + TEXT_INSET, y + FIRST_ROW_BASELINE + index * ROW_HEIGHT)),
  ].join('');
}

function drawRow({ kind, lead, text: content }: Row, x: number, y: number): string {
  if (kind === 'detail') return text(x + LEAD_WIDTH, y, content, { fill: MUTED, 'font-size': 12 });
  const mono = { 'font-family': MONO, 'font-size': 12 };
  const address = text(x + LEAD_WIDTH, y, content, { fill: INK, ...mono });
  if (kind === 'nic') return text(x, y, lead, { fill: MUTED, ...mono }) + address;
  const badge = element('rect', { x, y: y - 12, width: 32, height: 16, rx: 3, fill: INK });
  return (
    badge +
    text(x + 16, y, lead, { fill: PAPER, 'font-size': 11, 'font-weight': 600, 'text-anchor': 'middle' }) +
    address
  );
}

/** Along the sender's wire, the network, the receiver's wire; an arrow head at the receiver. */
function drawLeg({ kind, from, to, network }: Leg, { wires }: Layout, lane: number): string {
  const [start, end] = [from, to].map((machine) =>
    wires.find((wire) => wire.machine === machine && wire.nic.network === network),
  );
  if (start === undefined || end === undefined) return '';
  const headLength = end.boxY > end.busY ? -7 : 7;
  return element('path', {
    d: `M${start.x + lane} ${start.boxY}V${start.busY + lane}H${end.x + lane}V${end.boxY + headLength}`,
    stroke: FLOW_COLORS[kind],
    'stroke-width': 2.25,
    'stroke-linejoin': 'round',
    fill: 'none',
    'marker-end': `url(#lvskit-${kind})`,
  });
}

function arrowHead(kind: Leg['kind']): string {
  const shape = element('path', { d: 'M0 0L8 4L0 8Z', fill: FLOW_COLORS[kind] });
  const attributes = {
    id: `lvskit-${kind}`,
    markerWidth: 8,
    markerHeight: 8,
    refX: 1,
    refY: 4,
    orient: 'auto',
    markerUnits: 'userSpaceOnUse',
  };
  return element('marker', attributes, shape);
}

function drawLegend(legs: readonly Leg[]): string {
  const kinds = (['request', 'reply'] as const).filter((kind) => legs.some((leg) => leg.kind === kind));
  const entries = kinds.map((kind, index) => {
    const y = LEGEND.y + index * 22;
    const line = element('path', {
      d: `M${LEGEND.x} ${y}H${LEGEND.x + 26}`,
      stroke: FLOW_COLORS[kind],
      'stroke-width': 2.25,
      'marker-end': `url(#lvskit-${kind})`,
    });
    return line + text(LEGEND.x + 44, y + 4, describeFlow(kind, legs), { fill: INK, 'font-size': 12 });
  });
  return entries.join('');
}

function describeFlow(kind: Leg['kind'], legs: readonly Leg[]): string {
  const own = legs.filter((leg) => leg.kind === kind);
  const way = [own[0]?.from, ...own.map(({ to }) => to)].join(' → ');
  return `${kind}: ${way}`;
}

function text(x: number, y: number, content: string, attributes: Readonly<Record<string, string | number>>): string {
  return content === '' ? '' : element('text', { x, y, ...attributes, 'xml:space': 'preserve' }, escapeMarkup(content));
}
