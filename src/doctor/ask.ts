// Several questions to a machine at once: one shell, so that a real host is one ssh away and not ten.

import type { CommandOutput, Reach } from './reach.ts';

/** A machine that could not be asked. */
export interface Unreached {
  readonly why: string;
}

/** Between the answers; no program says this. */
const MARK = '=== lvskit doctor';

/**
 * What each shell command says, by name; where no command can be run at all, why not. A command that is missing answers with
 * status 127.
 */
export async function askAll<Name extends string>(
  reach: Reach,
  questions: Readonly<Record<Name, string>>,
): Promise<Readonly<Record<Name, Pick<CommandOutput, 'stdout' | 'status'>>> | Unreached> {
  const names = Object.keys(questions) as Name[];
  const script = names.map((name) => `${questions[name]}\nprintf '\\n${MARK} %s\\n' $?`).join('\n');
  const output = await reach.run(['sh', '-c', script]);
  return splitAnswers(names, output.stdout) ?? { why: whyNothingRuns(output) };
}

function whyNothingRuns({ status, stderr }: CommandOutput): string {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return `no command runs there (status ${status}${said === '' ? '' : `: ${said}`})`;
}

/** Pure; exported for tests. */
export function splitAnswers<Name extends string>(names: readonly Name[], stdout: string) {
  const parts = stdout.split(new RegExp(`\\n${MARK} (\\d+)\\n`));
  // Text and status by turns, and what is behind the last mark.
  if (parts.length !== 2 * names.length + 1) return undefined;
  const answers = names.map((name, index) => {
    return [name, { stdout: parts[2 * index] ?? '', status: Number(parts[2 * index + 1]) }] as const;
  });
  return Object.fromEntries(answers) as Record<Name, { readonly stdout: string; readonly status: number }>;
}
