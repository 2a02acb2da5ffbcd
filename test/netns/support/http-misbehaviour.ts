// A web server that answers each path in its own way, right or wrong. Run as a process of its own, because the clients
// under test keep theirs. Writes its port when it listens.

import { createServer, type Socket } from 'node:net';

const OK = 'HTTP/1.1 200 OK\r\n';

function respond(socket: Socket, path: string): void {
  const [, way = '', size = '0'] = path.split('/');
  const body = Buffer.alloc(Number(size), '0');
  switch (way) {
    case 'length':
      socket.write(Buffer.concat([Buffer.from(`${OK}Content-Length: ${body.length}\r\n\r\n`), body]));
      break;
    case 'chunked': {
      const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
      socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n${chunk}`);
      break;
    }
    case 'until-close':
      socket.end(`${OK}\r\n${body}`);
      break;
    case 'last':
      socket.end(`${OK}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      break;
    case 'missing':
      socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
      break;
    case 'cut':
      socket.end(`${OK}Content-Length: 1000\r\n\r\nhalf`);
      break;
    case 'reset':
      socket.resetAndDestroy();
      break;
    case 'silent-close':
      socket.end();
      break;
    case 'hang':
      break;
    case 'stand-still':
      socket.write(`${OK}Content-Length: 1000\r\n\r\nhalf`);
      break;
    case 'malformed':
      socket.write('220 ftp ready\r\n');
      break;
    case 'more':
      socket.write(`${OK}Content-Length: 1\r\n\r\nab`);
      break;
    case 'slow':
      setTimeout(() => socket.write(`${OK}Content-Length: 0\r\n\r\n`), 50);
      break;
  }
}

const server = createServer((socket) => {
  let received = '';
  socket.on('error', () => {});
  socket.on('data', (data) => {
    received += data.toString('latin1');
    for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
      const [, path = ''] = received.slice(0, end).split(' ');
      received = received.slice(end + 4);
      respond(socket, path);
    }
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(address.port);
});
