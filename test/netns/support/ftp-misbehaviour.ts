// An FTP server that goes wrong in many ways, as a process of its own: the client under test blocks its thread. Each way has
// a port; the first line it writes has all of them, as JSON.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A session's data connection, and what is said about it. */
interface Session {
  readonly control: Socket;
  data: Promise<Socket>;
  say(line: string): void;
}

interface Ways {
  /** Instead of being greeted. */
  readonly greet?: (control: Socket) => void;
  /** Instead of the usual reply to a command, by its first word. */
  readonly replies?: Readonly<Record<string, string>>;
  /** What follows on RETR and STOR. */
  readonly transfer?: (session: Session) => Promise<void> | void;
}

const HALF = Buffer.alloc(500, '0');
const WHOLE = Buffer.alloc(1024, '0');

async function give({ data, say }: Session, bytes: Buffer): Promise<Socket> {
  say('150 Here it comes.');
  const socket = await data;
  await new Promise((resolve) => socket.write(bytes, resolve));
  return socket;
}

async function take({ data, say }: Session): Promise<void> {
  say('150 Send it.');
  const socket = await data;
  socket.resume();
  await once(socket, 'close');
}

const WAYS: Readonly<Record<string, Ways>> = {
  'well-behaved': {},
  'two lines in one packet': {
    async transfer({ data, control }) {
      (await data).end(WHOLE);
      control.write('150-Here\r\n150 it comes.\r\n226 Done.\r\n');
    },
  },
  mute: { greet: () => {} },
  closing: { greet: (control) => control.end() },
  'too busy': { greet: (control) => control.end('421 Too many users.\r\n') },
  private: { replies: { USER: '530-Sorry.\r\n530 No anonymous users.' } },
  'without the file': { replies: { RETR: '550 No such file.' } },
  'unable to connect': { replies: { RETR: '425 Failed to connect.' } },
  'without words for PASV': { replies: { PASV: '227 Somewhere.' } },
  elsewhere: { replies: { PASV: '227 Passive (10,255,255,1,200,1).' } },
  'listening nowhere': { replies: { PASV: '227 Passive (127,0,0,1,0,1).', EPSV: '229 Passive (|||1|)' } },
  'never connecting': { transfer: ({ say }) => say('150 Here it comes.') },
  'silent about connecting': { transfer: () => {} },
  'done before it began': { transfer: ({ say }) => say('226 Done.') },
  'sending too little': {
    async transfer(session) {
      (await give(session, HALF)).end();
      session.say('226 Done.');
    },
  },
  'standing still': { transfer: async (session) => void (await give(session, HALF)) },
  'cut off': {
    async transfer(session) {
      (await give(session, HALF)).destroy();
      session.control.destroy();
    },
  },
  'giving up': {
    async transfer(session) {
      (await give(session, HALF)).end();
      session.say('426 Failure reading the file.');
    },
  },
  'silent at the end': { transfer: async (session) => void (await give(session, WHOLE)).end() },
  'without room': {
    async transfer({ data, say }) {
      say('150 Send it.');
      (await data).resetAndDestroy();
      say('452 No space left.');
    },
  },
  'reading nothing': {
    async transfer({ data, say }) {
      say('150 Send it.');
      (await data).pause();
    },
  },
  'losing bytes': {
    async transfer(session) {
      await take(session);
      session.say('226 Done.');
    },
    replies: { SIZE: '213 7' },
  },
};

const USUAL: Readonly<Record<string, string>> = {
  USER: '331 Who else?',
  PASS: '230 Welcome.',
  TYPE: '200 Binary.',
  DELE: '250 Gone.',
  QUIT: '221 Bye.',
};

function serve(control: Socket, { greet, replies = {}, transfer }: Ways): void {
  control.on('error', () => {});
  if (greet !== undefined) {
    greet(control);
    return;
  }
  const listener: Server = createServer({ pauseOnConnect: true }, (socket) => socket.on('error', () => {}));
  control.on('close', () => listener.close());
  const session: Session = {
    control,
    data: Promise.reject(new Error('no data connection')),
    say: (line) => void (control.writable && control.write(`${line}\r\n`)),
  };
  session.data.catch(() => {});
  session.say('220 Hello.');
  control.on('data', (text) => {
    const [word = '', argument = ''] = String(text).trim().split(' ');
    void answer(session, listener, word, argument, { replies, ...(transfer && { transfer }) });
  });
}

async function answer(session: Session, listener: Server, word: string, argument: string, ways: Ways): Promise<void> {
  const usual = ways.replies?.[word] ?? USUAL[word];
  if (usual !== undefined) {
    session.say(usual);
  } else if (word === 'PASV' || word === 'EPSV') {
    session.data = once(listener, 'connection').then(([socket]) => socket as Socket);
    if (!listener.listening) await once(listener.listen(0, '127.0.0.1'), 'listening');
    const { port } = listener.address() as AddressInfo;
    session.say(word === 'EPSV' ? `229 At (|||${port}|).` : `227 At (127,0,0,1,${port >> 8},${port & 255}).`);
  } else if (word === 'PORT' || word === 'EPRT') {
    session.say('200 I could.');
  } else if (word === 'RETR' || word === 'STOR') {
    await (ways.transfer ?? transferWell(word))(session);
  } else {
    session.say(`500 ${word} ${argument}?`);
  }
}

function transferWell(word: string): (session: Session) => Promise<void> {
  return async (session) => {
    if (word === 'STOR') await take(session);
    else (await give(session, WHOLE)).end();
    session.say('226 Done.');
  };
}

const ports = await Promise.all(
  Object.entries(WAYS).map(async ([way, ways]) => {
    const server = createServer((control) => serve(control, ways));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return [way, (server.address() as AddressInfo).port] as const;
  }),
);
console.log(JSON.stringify(Object.fromEntries(ports)));
