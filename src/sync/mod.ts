// The public face of connection synchronisation: what directors tell each other, so that another can go on where one
// has stopped.

export { runSyncDaemon } from './daemon.ts';
