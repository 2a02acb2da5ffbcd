// The agent's end of the protocol: lines in, lines out. It ends with its input, so that no agent outlives the
// controller, however that ended.

import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { LvskitError } from '../model/mod.ts';
import { agentProtocolError } from './errors.ts';
import type { Handlers } from './handlers.ts';
import { METHODS, type RemoteError, type Reply, type Request, requestSchema } from './protocol.ts';

/** The id of a reply to a line that had none. */
const NO_ID = -1;

/** Answers requests until `input` ends. Requests are begun in order; what waits for nothing is answered in order. */
export async function serveRequests(input: Readable, output: Writable, handlers: Handlers): Promise<void> {
  const pending = new Set<Promise<void>>();
  for await (const line of createInterface({ input })) {
    const answered = answerLine(line, handlers).then((reply) => {
      output.write(`${JSON.stringify(reply)}\n`);
      pending.delete(answered);
    });
    pending.add(answered);
  }
  await Promise.all(pending);
}

/** The reply to one line. Never rejects. */
export async function answerLine(line: string, handlers: Handlers): Promise<Reply> {
  let id = NO_ID;
  try {
    const request = parseRequest(line);
    id = request.id;
    return { id, result: await dispatch(request, handlers) };
  } catch (error) {
    return { id, error: describe(error) };
  }
}

function parseRequest(line: string): Request {
  try {
    return requestSchema.parse(JSON.parse(line));
  } catch (error) {
    throw agentProtocolError('agent', `not a request: ${line}`, error);
  }
}

async function dispatch({ method, params }: Request, handlers: Handlers): Promise<unknown> {
  const parsed = METHODS[method].params.safeParse(params);
  if (!parsed.success) throw agentProtocolError('agent', `bad parameters of ${method}: ${parsed.error.message}`);
  const handler = handlers[method] as (params: unknown) => unknown;
  return await handler(parsed.data);
}

function describe(error: unknown): RemoteError {
  if (error instanceof LvskitError) {
    const { code, message, remedy, fields, exitStatus } = error;
    return { code, message, fields: { ...fields }, exitStatus, ...(remedy === undefined ? {} : { remedy }) };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'AGENT_DEFECT',
    message,
    remedy: 'please report this as a defect of lvskit',
    fields: {},
    exitStatus: 1,
  };
}
