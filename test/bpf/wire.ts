// The far ends of the director's NICs: frames really go in there, through the attached program, and what the director
// sends comes out. For what one run of the program does not show: packets that it lets arrive once more, or makes two of.

import { type Director, until } from './director.ts';
import { frameOn, NIC_NAMES, type NicName } from './namespace.ts';
import { ETHERNET_BYTES, ETHERTYPE, type PacketSpec } from './packet-builder.ts';
import { PacketSocket } from './packet-socket.ts';

/** What the neighbour and group protocols of the far ends' own IPv6 say is nothing that a test is about. */
function isOfIp(frame: Uint8Array): boolean {
  const type = (frame[12] ?? 0) * 256 + (frame[13] ?? 0);
  return (type === ETHERTYPE.ipv4 || type === ETHERTYPE.ipv6) && (frame[0] ?? 0) !== 0x33;
}

export class Wire {
  readonly #sockets: Readonly<Record<NicName, PacketSocket>>;
  readonly #arrived: Record<NicName, Uint8Array[]> = { client: [], server: [] };

  constructor(director: Director) {
    const open = (nic: NicName) => director.inside(() => new PacketSocket(`${nic}-far`));
    this.#sockets = { client: open('client'), server: open('server') };
  }

  close(): void {
    for (const nic of NIC_NAMES) this.#sockets[nic].close();
  }

  /** Sends packets to the director's NIC, one after the other. */
  send(nic: NicName, ...packets: readonly (PacketSpec | Uint8Array)[]): void {
    for (const packet of packets) this.sendFrame(nic, frameOn(nic, packet));
  }

  sendFrame(nic: NicName, frame: Uint8Array): void {
    this.#sockets[nic].send(frame);
  }

  #collect(nic: NicName): readonly Uint8Array[] {
    const socket = this.#sockets[nic];
    for (let frame = socket.receive(); frame !== undefined; frame = socket.receive()) {
      if (isOfIp(frame)) this.#arrived[nic].push(frame);
    }
    return this.#arrived[nic];
  }

  /** The packets that have left the director by this NIC, once there are `count` of them. */
  async take(nic: NicName, count: number): Promise<Uint8Array[]> {
    await until(`${count} packets at the ${nic}'s end`, () => this.#collect(nic).length >= count);
    return this.#arrived[nic].splice(0).map((frame) => frame.subarray(ETHERNET_BYTES));
  }
}

/** Does `work` with the wires of a director. */
export async function withWire(director: Director, work: (wire: Wire) => Promise<void>): Promise<void> {
  const wire = new Wire(director);
  try {
    await work(wire);
  } finally {
    wire.close();
  }
}
