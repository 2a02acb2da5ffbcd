// The C library's calls as TypeScript functions, bound for speed: every argument and result is an int or an address
// as a number, which koffi passes without allocating (a call costs 0.1 µs over C's; with size_t or Buffer 0.2 µs).

import koffi from 'koffi';

const library = koffi.load('libc.so.6');

/** send(2), recv(2): address and length of memory from {@link addressOf}; −1 with {@link lastErrno} on failure. */
type Transfer = (fd: number, address: number, lengthBytes: number, flags: number) => number;
type WithAddress = (fd: number, address: Buffer, lengthBytes: number) => number;
type Pointer = Buffer | null;

export const send: Transfer = library.func('int send(int fd, uintptr_t buffer, int length, int flags)');
export const recv: Transfer = library.func('int recv(int fd, uintptr_t buffer, int length, int flags)');
export const socket: (domain: number, type: number, protocol: number) => number = library.func(
  'int socket(int domain, int type, int protocol)',
);
export const bind: WithAddress = library.func('int bind(int fd, const void *address, int length)');
export const connect: WithAddress = library.func('int connect(int fd, const void *address, int length)');
export const listen: (fd: number, backlog: number) => number = library.func('int listen(int fd, int backlog)');
export const shutdown: (fd: number, how: number) => number = library.func('int shutdown(int fd, int how)');
export const accept: (fd: number, address: Pointer, length: Pointer, flags: number) => number = library.func(
  'int accept4(int fd, void *address, void *length, int flags)',
);
export const getsockopt: (fd: number, level: number, option: number, value: Buffer, length: Buffer) => number =
  library.func('int getsockopt(int fd, int level, int option, void *value, void *length)');
/** connect(2) to an address from {@link addressOf}, for many connections to one. */
export const connectTo: (fd: number, address: number, lengthBytes: number) => number = library.func(
  'int connect(int fd, uintptr_t address, int length)',
);
export const epollCreate: (flags: number) => number = library.func('int epoll_create1(int flags)');
export const epollControl: (epoll: number, operation: number, fd: number, event: number) => number = library.func(
  'int epoll_ctl(int epoll, int operation, int fd, uintptr_t event)',
);
export const epollWait: (epoll: number, events: number, count: number, timeoutMs: number) => number = library.func(
  'int epoll_wait(int epoll, uintptr_t events, int count, int timeout)',
);
export const setsockopt: (fd: number, level: number, option: number, value: Buffer, lengthBytes: number) => number =
  library.func('int setsockopt(int fd, int level, int option, const void *value, int length)');
export const getsockname: (fd: number, address: Buffer, length: Buffer) => number = library.func(
  'int getsockname(int fd, void *address, void *length)',
);
export const getpeername: (fd: number, address: Buffer, length: Buffer) => number = library.func(
  'int getpeername(int fd, void *address, void *length)',
);
const pollFunction = library.func('int poll(void *descriptors, unsigned long count, int timeout)');
export const poll: (descriptors: Buffer, count: number, timeoutMs: number) => number = pollFunction;
/** The same on another thread: the memory must stay referenced until it has called back. */
export const pollInBackground: (
  descriptors: Buffer,
  count: number,
  timeoutMs: number,
  done: (error: unknown, count: number) => void,
) => void = pollFunction.async;
/** Whether a signal makes system calls return EINTR instead of going on. */
export const siginterrupt: (signal: number, interrupts: number) => number = library.func(
  'int siginterrupt(int signal, int flag)',
);
export const setitimer: (which: number, value: Buffer, old: Pointer) => number = library.func(
  'int setitimer(int which, const void *value, void *old)',
);
export const ioctl: (fd: number, request: number, value: Buffer) => number = library.func(
  'int ioctl(int fd, unsigned long request, void *value)',
);
/** Returns an errno, and leaves {@link lastErrno} alone. */
export const fadvise: (fd: number, offset: number, lengthBytes: number, advice: number) => number = library.func(
  'int posix_fadvise(int fd, long offset, long length, int advice)',
);
export const close: (fd: number) => number = library.func('int close(int fd)');
export const schedSetAffinity: (threadId: number, maskBytes: number, mask: Buffer) => number = library.func(
  'int sched_setaffinity(int pid, size_t length, const void *mask)',
);

/** errno of the call just made; nothing may come between the two. */
export function lastErrno(): number {
  return koffi.errno();
}

/** Where the bytes lie. Valid while `memory` is referenced; small typed arrays that V8 may move are refused. */
export function addressOf(memory: ArrayBuffer): number {
  return Number(koffi.address(memory));
}
