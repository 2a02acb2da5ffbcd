// The grammar of ipvsadm 1.31: words of a command line → a checked command. The only effect is asking `names` for
// hosts and ports that are written as names.

import { buildCommand, type CommandOption, parseRole } from './build-command.ts';
import { type IpvsadmCommand, LIST_ALL } from './commands.ts';
import { commandMissing, inPlaceOfCommand, OptionSpellingError } from './errors.ts';
import type { NameService } from './names.ts';
import { type Parameters, readParameter } from './read-parameters.ts';
import { type OptionToken, tokenize } from './tokenize.ts';

/** `words` are those after `ipvsadm`. Raises IpvsadmError for the mistake that the real one would report. */
export async function parseIpvsadm(words: readonly string[], names: NameService): Promise<IpvsadmCommand> {
  if (words.length === 0) return LIST_ALL;
  let command: CommandOption | undefined;
  const parameters: Parameters = { given: new Set(), checksums: [] };
  const loose: string[] = [];
  try {
    for (const token of tokenize(words)) {
      if (token.kind === 'word') loose.push(token.text);
      else if (command !== undefined) await readParameter(token, parameters, names);
      else {
        const read = readCommand(token);
        if ('kind' in read) return read;
        command = read;
      }
    }
  } catch (error) {
    throw command === undefined && error instanceof OptionSpellingError ? inPlaceOfCommand(error) : error;
  }
  if (command === undefined) throw commandMissing(loose[0]);
  return buildCommand(command, parameters, loose);
}

/** Help and version are whole commands: nothing behind them counts. */
function readCommand({ spec: { meaning }, written, value }: OptionToken): CommandOption | IpvsadmCommand {
  if (meaning.kind !== 'command') throw commandMissing(written);
  const { command: name } = meaning;
  if (name === 'help' || name === 'version') return { kind: name };
  if (name === 'start-daemon' || name === 'stop-daemon') parseRole(value ?? '');
  return { name, value };
}
