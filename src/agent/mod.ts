// The agent area's public face: starting agents and driving them, and being one.

export { type Agent, type AgentOptions, type CallOptions, startAgent } from './controller.ts';
export { AgentError } from './errors.ts';
export { createHandlers, type ReadDirector } from './handlers.ts';
export {
  connectNetpipe,
  listenNetpipe,
  type NetpipeEnd,
  type NetpipeListener,
  type NetpipePair,
  type PairWindow,
  type WindowResult,
} from './netpipe.ts';
export type { ResultOf } from './protocol.ts';
export { serveRequests } from './server.ts';
