// lvskit director set, lvskit director settings: IPVS's sysctls, which a director keeps for its network namespace.

import { Command } from 'commander';
import { findDataPlane } from '../dataplane/mod.ts';
import { directorAbsent, formatSettings, parseSettings, SETTING_NAMES, SETTINGS } from '../director/mod.ts';

export function createSetCommand(): Command {
  return new Command('set')
    .description("Set what IPVS has as sysctls of net.ipv4.vs, for this network namespace's director.")
    .argument('<NAME=VALUE...>', 'such as expire_nodest_conn=1')
    .addHelpText('after', ['', 'Settings:', ...SETTING_NAMES.map(explain)].join('\n'))
    .action((words: readonly string[]) => {
      const settings = parseSettings(words);
      requireDataPlane().changeSettings(settings);
    });
}

export function createSettingsCommand(): Command {
  return new Command('settings')
    .description('List what `lvskit director set` sets.')
    .option('--json', 'print JSON')
    .action(({ json }: { readonly json?: true }) => {
      const settings = requireDataPlane().readSettings();
      console.log(json ? JSON.stringify(settings, undefined, 2) : formatSettings(settings));
    });
}

function requireDataPlane() {
  const plane = findDataPlane();
  if (plane === undefined) throw directorAbsent();
  return plane;
}

function explain(name: (typeof SETTING_NAMES)[number]): string {
  return `  ${name.padEnd(26)}${SETTINGS[name].meaning}`;
}
