// What user space prepares for the schedulers of the data plane, which decide at each connection: the tables of those
// that look a server up in one, and where those that take turns go on after a change. Pure; both are the kernel's own
// (net/netfilter/ipvs, v6.1), one file for each ip_vs_*.c.

export { resumeCursor, startCursor, type Turns } from './cursor.ts';
export type { ScheduledServer } from './scheduled-server.ts';
export { buildScheduleTable, scheduleTableLength } from './table.ts';
