// Where everything stands in the picture of a cluster: the client top left, the director below it to the right, the
// realservers at the bottom, networks as lines between the rows. Numbers only; draw-topology makes SVG of them.

import { type Cluster, formatNetwork, type Machine, type Network, type Nic } from '../model/mod.ts';
import { describeRows, ROW_HEIGHT, type Row } from './topology-rows.ts';

export interface Box {
  /** The first of the machines that the box stands for. */
  readonly machine: Machine;
  /** Drawn as a stack when it stands for more than one. */
  readonly stacked: boolean;
  readonly title: string;
  readonly subtitle: string;
  readonly rows: readonly Row[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Bus {
  readonly label: string;
  readonly y: number;
  readonly fromX: number;
  readonly toX: number;
}

/** A NIC's line from its box to its network. */
export interface Wire {
  readonly machine: string;
  readonly nic: Nic;
  readonly x: number;
  /** At the box. */
  readonly boxY: number;
  /** At the network. */
  readonly busY: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly buses: readonly Bus[];
  readonly wires: readonly Wire[];
}

const MARGIN = 24;
const HOST_WIDTH = 250;
const SERVER_WIDTH = 212;
/** For a title such as 'realserver3 … realserver64'. */
const STACK_WIDTH = 240;
const SERVER_GAP = 20;
const TITLE_HEIGHT = 34;
/** Between a box and the network next to it. */
const RISER = 52;
const BUS_SPACING = 40;
const BUS_OVERHANG = 22;
/** Of the 12 px monospace that networks are labelled in, rounded up. */
const LABEL_CHARACTER_WIDTH = 7.6;
const WIRE_SPACING = 64;
const DIRECTOR_X = 350;
const MINIMUM_WIDTH = 740;
/** More realservers than this are drawn as the first two and a stack. */
const MOST_SERVERS_SHOWN = 4;

export function layOutTopology(cluster: Cluster): Layout {
  const servers = cluster.machines.filter(({ role }) => role === 'realserver');
  const lower = cluster.networks.filter(({ name }) => servers.some((server) => hasNicOn(server, name)));
  const upper = cluster.networks.filter((network) => !lower.includes(network));

  const clients = cluster.machines
    .filter(({ role }) => role === 'client')
    .map((machine, index) => box(cluster, [machine], MARGIN, MARGIN, HOST_WIDTH, index));
  const upperY = bottomOf(clients) + RISER;
  const directorY = upper.length === 0 ? upperY - RISER + MARGIN : upperY + (upper.length - 1) * BUS_SPACING + RISER;
  const directors = cluster.machines
    .filter(({ role }) => role === 'director')
    .map((machine, index) => box(cluster, [machine], DIRECTOR_X, directorY, HOST_WIDTH, index));
  const lowerY = Math.max(bottomOf(directors), bottomOf(clients)) + RISER;
  const serverY = lowerY + Math.max(0, lower.length - 1) * BUS_SPACING + RISER;
  const serverBoxes = groupServers(servers).map((group, index) =>
    box(
      cluster,
      group,
      MARGIN + index * (SERVER_WIDTH + SERVER_GAP),
      serverY,
      group.length > 1 ? STACK_WIDTH : SERVER_WIDTH,
      0,
    ),
  );

  const boxes = [...clients, ...directors, ...serverBoxes];
  const busY = new Map([
    ...upper.map(({ name }, index) => [name, upperY + index * BUS_SPACING] as const),
    ...lower.map(({ name }, index) => [name, lowerY + index * BUS_SPACING] as const),
  ]);
  const wires = boxes.flatMap((one) => wiresOf(one, busY));
  const buses = cluster.networks.map((network) => layOutBus(network, busY.get(network.name) ?? lowerY, wires));
  const rights = [
    ...boxes.map(({ x, width }) => x + width),
    ...buses.map(({ toX, label }) => toX + label.length * LABEL_CHARACTER_WIDTH),
  ];
  return {
    width: Math.max(MINIMUM_WIDTH, ...rights.map((x) => x + MARGIN)),
    height: bottomOf(boxes) + MARGIN,
    boxes,
    wires,
    buses,
  };
}

function layOutBus({ name, subnet }: Network, y: number, wires: readonly Wire[]): Bus {
  const attached = wires.filter(({ nic }) => nic.network === name).map(({ x }) => x);
  return {
    label: `${name}  ${formatNetwork(subnet)}`,
    y,
    fromX: Math.min(...attached) - BUS_OVERHANG,
    toX: Math.max(...attached) + BUS_OVERHANG,
  };
}

/** One group a box: all of them, or two and the rest. */
function groupServers(servers: readonly Machine[]): Machine[][] {
  if (servers.length <= MOST_SERVERS_SHOWN) return servers.map((server) => [server]);
  const [first, second, ...rest] = servers;
  return [first, second].flatMap((server) => (server === undefined ? [] : [[server]])).concat([rest]);
}

function box(cluster: Cluster, machines: readonly Machine[], x: number, y: number, width: number, index: number): Box {
  const [machine, last] = [machines[0] as Machine, machines.at(-1) as Machine];
  const stacked = machines.length > 1;
  const rows = describeRows(cluster, machine, stacked ? last : undefined);
  const height = TITLE_HEIGHT + rows.length * ROW_HEIGHT + 8;
  return {
    machine,
    stacked,
    title: stacked ? `${machine.name} … ${last.name}` : machine.name,
    subtitle: stacked || machine.hostname === machine.name ? '' : machine.hostname,
    rows,
    x: x + index * (width + SERVER_GAP),
    y,
    width,
    height,
  };
}

/** Lines leave upwards or downwards, whichever way the network is, spread over the edge of the box. */
function wiresOf({ machine, x, y, width, height }: Box, busY: ReadonlyMap<string, number>): Wire[] {
  const ends = machine.nics.map((nic) => ({ nic, busY: busY.get(nic.network) ?? 0 }));
  const up = ends.filter((end) => end.busY < y);
  // The farthest network leaves leftmost, so that lines of one box do not cross.
  const down = ends.filter((end) => end.busY >= y).sort((one, other) => other.busY - one.busY);
  return [up, down].flatMap((side, sideIndex) =>
    side.map((end, index) => ({
      machine: machine.name,
      nic: end.nic,
      x:
        x +
        width / 2 +
        (index - (side.length - 1) / 2) * (machine.role === 'client' ? 2.4 * WIRE_SPACING : WIRE_SPACING),
      boxY: sideIndex === 0 ? y : y + height,
      busY: end.busY,
    })),
  );
}

function hasNicOn(machine: Machine, network: string): boolean {
  return machine.nics.some((nic) => nic.network === network);
}

function bottomOf(boxes: readonly Box[]): number {
  return Math.max(MARGIN, ...boxes.map(({ y, height }) => y + height));
}
