// Section 2.1, on the client's link alone: two kernels on the same hardware. The namespaces of a machine share one
// kernel, so that the claim is only listed, with what it would take.

import type { Experiment } from './experiment.ts';

const NEEDED =
  'two hosts of equal hardware with different kernels: all machines of a lab run on this one, and in an emulated ' +
  'machine the emulation would set the rate';

export const twoKernels: Experiment = {
  id: 'two-kernels',
  section: '2.1',
  title: 'Two kernels on one path',
  method:
    'The same path would be measured twice, with the client’s kernel changed in between and nothing else. A lab ' +
    'cannot do that.',
  claims: [
    {
      id: 'C17',
      section: '2.1',
      says: 'On equal hardware the older kernel of the client makes its path slower at high load than the director’s is.',
      paper: 'slower with Linux 2.0.36 than with 2.2.14',
      criterion: 'throughput of 1 MB, one kernel / the other: outside 5 %',
      judge: () => ({ needs: NEEDED }),
    },
  ],
  needs: () => NEEDED,
  measure: async () => {},
};
