// The public face of the watcher: the process that attaches a director to NICs that come later.

export { watchNics } from './watch-nics.ts';
