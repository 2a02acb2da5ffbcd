// lvskit lab: a cluster in network namespaces of this machine, from the command line. Reads options, calls the
// suite and the lab, prints; lab-format.ts says how.

import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { loadCluster } from '../conf/mod.ts';
import { ATTACH_MODES, type AttachMode } from '../dataplane/mod.ts';
import { captureLink, defaultLabName, execInMachine, listLabs, readLab } from '../lab/mod.ts';
import { createFaultCommand } from './lab-fault.ts';
import { formatLabJson, formatLabTable, formatLabUp } from './lab-format.ts';
import { untilInterrupted } from './signals.ts';

interface UpFlags {
  readonly hosts?: string;
  readonly name?: string;
  readonly mtu?: number;
  readonly rate?: string;
  readonly offload: boolean;
  readonly attach?: AttachMode;
  readonly realservers?: number;
}

export function createCommand(): Command {
  const lab = new Command('lab')
    .description('A whole cluster in network namespaces of this machine.')
    .enablePositionalOptions();
  for (const subcommand of [up(), status(), exec(), capture(), graph(), createFaultCommand(), down()])
    lab.addCommand(subcommand);
  return lab;
}

function up(): Command {
  return new Command('up')
    .description('Build the lab of a conf file and start its director.')
    .argument('<conf>', 'conf file')
    .option('--hosts <file>', 'hosts file (default: hosts beside the conf file, or /etc/hosts)')
    .option('--name <name>', "the lab's name (default: the conf file's)")
    .option('--mtu <bytes>', 'MTU of every link (default: 1500)', parseWholeNumber)
    .option('--rate <rate>', 'rate of every link, such as 100mbit (default: unlimited)')
    .option('--no-offload', 'switch off segmentation and checksum offload')
    .addOption(
      new Option('--attach <mode>', 'how the director is attached; xdp means --no-offload (default: tc)').choices(
        ATTACH_MODES,
      ),
    )
    .option('--realservers <count>', 'as many realservers instead of those in the conf file', parseWholeNumber)
    .action(async (confFile: string, flags: UpFlags) => {
      const { hosts, ...choices } = flags;
      const name = flags.name ?? defaultLabName(confFile);
      const cluster = loadCluster({ confFile, hostsFile: hosts });
      const startedMs = performance.now();
      const { bringUpVirtualServer } = await import('../suite/mod.ts');
      await untilInterrupted((signal) => bringUpVirtualServer(cluster, { ...choices, name, services: true, signal }));
      const elapsedMs = performance.now() - startedMs;
      process.stdout.write(formatLabUp(readLab(name), elapsedMs));
    });
}

function status(): Command {
  return new Command('status')
    .description('List the labs.')
    .option('--json', 'print JSON')
    .action((flags: { readonly json?: boolean }) => {
      const labs = listLabs();
      process.stdout.write(flags.json ? formatLabJson(labs) : formatLabTable(labs));
    });
}

function exec(): Command {
  return new Command('exec')
    .description('Run a program in a machine of a lab.')
    .usage('NAME HOST [--] COMMAND [ARGUMENT...]')
    .passThroughOptions()
    .argument('<name>', "the lab's name")
    .argument('<host>', 'the machine: client, director, realserver1, or its hostname')
    .argument('<command...>', 'the program and its arguments')
    .action((name: string, host: string, argv: readonly string[]) => {
      execInMachine(readLab(name).plan, host, argv[0] === '--' ? argv.slice(1) : argv);
    });
}

function capture(): Command {
  return new Command('capture')
    .description('Show or record the packets of a link with tcpdump.')
    .usage('[OPTIONS] NAME LINK [-- TCPDUMP-ARGUMENT...]')
    .argument('<name>', "the lab's name")
    .argument('<link>', 'a machine and its NIC: director:eth1')
    .argument('[tcpdump...]', "tcpdump's options and filter, behind --")
    .option('-w, --write <file>', 'write a capture file')
    .action((name: string, link: string, tcpdump: readonly string[], flags: { readonly write?: string }) => {
      captureLink(readLab(name).plan, link, { file: flags.write, tcpdump });
    });
}

function graph(): Command {
  return new Command('graph')
    .description('Draw the topology of a lab as SVG.')
    .argument('<name>', "the lab's name")
    .option('--out <file>', 'write to a file (default: standard output)')
    .action(async (name: string, flags: { readonly out?: string }) => {
      const { cluster } = readLab(name).plan;
      const { drawTopology } = await import('../report/mod.ts');
      const svg = drawTopology(cluster);
      if (flags.out === undefined) process.stdout.write(svg);
      else writeFileSync(flags.out, svg);
    });
}

function down(): Command {
  return new Command('down')
    .description('Remove a lab, or what is left of it.')
    .argument('[name]', "the lab's name")
    .option('--all', 'remove every lab')
    .action(async (name: string | undefined, flags: { readonly all?: boolean }, command: Command) => {
      if ((name === undefined) !== (flags.all === true)) command.error('error: give the name of one lab, or --all');
      const { takeDownVirtualServer } = await import('../suite/mod.ts');
      const names = name === undefined ? listLabs().map((lab) => lab.plan.name) : [name];
      if (names.length === 0) process.stdout.write('No lab is up.\n');
      for (const each of names) {
        await takeDownVirtualServer(each);
        process.stdout.write(`Lab ${each} is down.\n`);
      }
    });
}

function parseWholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
