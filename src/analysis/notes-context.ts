// Context: what numbers from such a set-up can mean at all. From the environment and the mode alone.

import type { NetpipeMode, Run } from '../model/mod.ts';
import type { AnalysisFacts, Note } from './analysis.ts';
import { areTimesUndisturbed } from './visits.ts';

export function contextNotes(run: Run, facts: AnalysisFacts): Note[] {
  return [...pinning(run), ...times(run), ...wire(run), ...mode(run.mode), ...sharedKernel(facts), ...stated()].map(
    ([topic, text]) => ({ kind: 'context', topic, text }),
  );
}

type Context = readonly [topic: string, text: string];

function pinning({ environment: { pinning, cpuCount } }: Run): Context[] {
  if (pinning === 'one') {
    return [
      [
        'pinning',
        'Everything ran on one CPU: times add up the work of all hops, free of wake-up noise. They say nothing about ' +
          'how fast the hops are in parallel, nor what users of separate machines see.',
      ],
    ];
  }
  if (cpuCount >= 2) {
    return [
      [
        'pinning',
        'Client and realserver ran on two CPUs: times include waking the other CPU, which often costs more than the ' +
          'director does and hides small differences. Pin to one CPU to see the cost of the path.',
      ],
    ];
  }
  return [['pinning', 'Two CPUs were asked for and the machine has one: the ends took turns on it.']];
}

function times(run: Run): Context[] {
  if (!areTimesUndisturbed(run)) return [];
  return [
    [
      'times',
      "A time is that of the quickest twentieth of a visit's exchanges and of the quickest tenth of the rounds: what the " +
        'path costs while nothing else has the machine. How often something has is in the percentiles of single exchanges.',
    ],
  ];
}

function wire({ environment: { rate, mtu, offloads } }: Run): Context[] {
  if (rate === undefined) {
    const segments = offloads ? 'segments of up to 64 kB' : `packets of ${mtu} bytes`;
    return [
      [
        'wire',
        `Throughput is limited by the CPU: a veth link has no rate, it hands over ${segments} by reference. On a wire ` +
          'that is slower than the CPU, large blocks are equally fast on every way.',
      ],
    ];
  }
  return [
    [
      'wire',
      `Links are held to ${rate}: where that is the limit, large blocks are equally fast on every way. Small blocks pass ` +
        "on the token bucket's credit.",
    ],
  ];
}

function mode(mode: NetpipeMode): Context[] {
  switch (mode) {
    case 'twoway':
      return [];
    case 'stream':
      return [
        [
          'mode',
          'Blocks were streamed without waiting for replies: the time of a block is the spacing of blocks, and L is the ' +
            'overhead of a block, not a delay.',
        ],
      ];
    case 'bidirectional':
      return [['mode', 'Both ends sent at once: throughput is that of one direction, and the other carried as much.']];
  }
}

function sharedKernel({ systems }: AnalysisFacts): Context[] {
  if (systems.every(({ smallBlockCpu }) => smallBlockCpu === undefined)) return [];
  return [
    [
      'cpu',
      'All machines share one kernel, which forwards packets in the context of whichever process sent them: CPU time ' +
        "of client and realserver includes the director's work. Compare sums between systems, not machines within one.",
    ],
  ];
}

function stated(): Context[] {
  return [
    [
      'intervals',
      'Intervals are 95 %, each for itself: among twenty comparisons of equals, one is expected to look resolved.',
    ],
  ];
}
