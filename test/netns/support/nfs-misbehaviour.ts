// An NFS server, over UDP and TCP, that answers each export in its own way, right or wrong. MOUNT and NFS share its
// port. Run as a process of its own, because the client under test keeps its thread. Writes the port when it listens.

import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const MOUNT_PROGRAM = 100_005;
const FILE_BYTES = 16_384;
const CONTENT = Buffer.alloc(FILE_BYTES, '0');

const NFS_OK = 0;
const word = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const words = (...values: readonly number[]) => Buffer.concat(values.map(word));
const opaque = (data: Buffer) => Buffer.concat([word(data.length), data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
/** fattr3 of a file of this size. */
const attributes = (size: number) => Buffer.concat([words(1, 0o644, 1, 0, 0, 0, size), Buffer.alloc(56)]);
const accepted = (xid: number, results: Buffer) => Buffer.concat([words(xid, 1, 0, 0, 0, 0), results]);
const status = (xid: number, value: number) => accepted(xid, words(value, 0, 0, 0));

interface Call {
  readonly xid: number;
  readonly program: number;
  readonly procedure: number;
  /** Of the export, in its handles. */
  readonly way: string;
  /** What stands behind the handle. */
  readonly args: Buffer;
}

function parseCall(message: Buffer): Call {
  const credentials = 28 + 4 + Math.ceil(message.readUInt32BE(28) / 4) * 4;
  const args = message.subarray(credentials + 8);
  const length = args.length >= 4 ? args.readUInt32BE(0) : 0;
  const way = args.subarray(4, 4 + length).toString();
  const at = 4 + Math.ceil(length / 4) * 4;
  return {
    xid: message.readUInt32BE(0),
    program: message.readUInt32BE(12),
    procedure: message.readUInt32BE(20),
    way: way.replace(/^\//, ''),
    args: args.subarray(at),
  };
}

/** How often a call was sent. */
const sent = new Map<number, number>();
let writes = 0;

/** The messages that answer a call, each after so many ms. */
function answers(call: Call): readonly { readonly message: Buffer; readonly afterMs?: number }[] {
  const { xid, program, procedure, way, args } = call;
  const times = (sent.get(xid) ?? 0) + 1;
  sent.set(xid, times);
  if (program === MOUNT_PROGRAM) {
    if (procedure !== 1) return [{ message: accepted(xid, Buffer.alloc(0)) }];
    if (way === 'closed') return [{ message: accepted(xid, words(13)) }];
    return [{ message: accepted(xid, Buffer.concat([words(0), opaque(Buffer.from(way)), words(1, 1)])) }];
  }
  switch (procedure) {
    case 0: // NULL
      return [{ message: accepted(xid, Buffer.alloc(0)) }];
    case 19: // FSINFO
      return [{ message: accepted(xid, words(NFS_OK, 0, 32_768, 0, 0, 32_768, 0, 0, 0, 0, 0, 0, 0, 0)) }];
    case 3: // LOOKUP
      return lookUp(call);
    case 6: // READ
      return read(call, times);
    case 8: // CREATE
      return [{ message: accepted(xid, Buffer.concat([words(NFS_OK, 1), opaque(Buffer.from(way)), words(0, 0, 0)])) }];
    case 7: {
      // WRITE
      const count = args.readUInt32BE(8);
      const verifier = way === 'restart' && writes++ % 2 === 1 ? 2 : 1;
      const taken = way === 'half' && count > 512 ? Math.ceil(count / 2) : way === 'nothing' ? 0 : count;
      return [
        { message: accepted(xid, words(NFS_OK, 0, 0, taken, way === 'lax' ? 0 : args.readUInt32BE(12), 0, verifier)) },
      ];
    }
    case 21: // COMMIT
      return [{ message: accepted(xid, words(NFS_OK, 0, 0, 0, way === 'restart-at-end' ? 2 : 1)) }];
    case 12: // REMOVE
      return [{ message: accepted(xid, words(NFS_OK, 0, 0)) }];
  }
  return [{ message: words(xid, 1, 0, 0, 0, 3) }];
}

function lookUp({ xid, way }: Call) {
  if (way === 'missing') return [{ message: status(xid, 2) }];
  if (way === 'stale') return [{ message: status(xid, 70) }];
  if (way === 'weak') return [{ message: words(xid, 1, 1, 1, 5) }];
  if (way === 'no-program') return [{ message: words(xid, 1, 0, 0, 0, 1) }];
  const size = way === 'wrong-size' ? FILE_BYTES - 1 : FILE_BYTES;
  const found = Buffer.concat([words(NFS_OK), opaque(Buffer.from(way)), words(1), attributes(size), words(0)]);
  return [{ message: accepted(xid, found) }];
}

function read({ xid, way, args }: Call, times: number) {
  const offset = args.readUInt32BE(4);
  const asked = args.readUInt32BE(8);
  const isFirstTime = times === 1;
  const good = (count = asked, isEnd = offset + count >= FILE_BYTES) => {
    const data = CONTENT.subarray(offset, offset + count);
    return accepted(xid, Buffer.concat([words(NFS_OK, 0, data.length, isEnd ? 1 : 0), opaque(data)]));
  };
  switch (way) {
    case 'lost': // every second READ, the first time
      return isFirstTime && offset % 2048 === 0 ? [] : [{ message: good() }];
    case 'late': // so late that it has been sent again, and so is answered twice
      return [{ message: good(), afterMs: isFirstTime ? 150 : 0 }];
    case 'twice':
      return [{ message: good() }, { message: good() }];
    case 'strays':
      return [{ message: words((xid ^ 0x40000000) >>> 0, 1, 0, 0, 0, 0) }, { message: words(7) }, { message: good() }];
    case 'half':
      return [{ message: good(asked > 300 ? Math.ceil(asked / 2) : asked) }];
    case 'early-end':
      return [{ message: good(Math.min(asked, 100), true) }];
    case 'cut':
      return [{ message: good().subarray(0, -100) }];
    case 'more':
      return [
        { message: accepted(xid, Buffer.concat([words(NFS_OK, 0, asked, 0), opaque(CONTENT.subarray(0, asked - 4))])) },
      ];
    case 'io':
      return [{ message: status(xid, 5) }];
    case 'small-only':
    case 'silent':
      return [];
  }
  return [{ message: good() }];
}

const udp = createSocket('udp4');
let isSilent = false;
udp.on('message', (message, { port, address }) => {
  const call = parseCall(message);
  const replies = answers(call);
  if (call.way === 'silent' && call.procedure === 6) isSilent = true;
  else if (call.procedure === 1 && call.program === MOUNT_PROGRAM) isSilent = false;
  if (isSilent) return;
  for (const { message: reply, afterMs = 0 } of replies) {
    if (afterMs === 0) udp.send(reply, port, address);
    else setTimeout(() => udp.send(reply, port, address), afterMs);
  }
});

const tcp = createServer((socket) => {
  let received: Buffer = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (data: Buffer) => {
    received = Buffer.concat([received, data]);
    while (received.length >= 4) {
      const length = received.readUInt32BE(0) & 0x7fffffff;
      if (received.length < 4 + length) return;
      const call = parseCall(received.subarray(4, 4 + length));
      received = received.subarray(4 + length);
      if (call.procedure === 6 && call.way === 'reset') socket.resetAndDestroy();
      if (call.procedure === 6 && call.way === 'close') socket.end();
      for (const { message } of answers(call)) {
        // In fragments of an odd length.
        for (let at = 0; at < message.length; at += 1001) {
          const part = message.subarray(at, at + 1001);
          const isLast = at + 1001 >= message.length;
          socket.write(Buffer.concat([word(part.length + (isLast ? 2 ** 31 : 0)), part]));
        }
      }
    }
  });
});

udp.bind(0, '127.0.0.1', () => {
  const { port } = udp.address();
  tcp.listen(port, '127.0.0.1', () => console.log(port));
});
