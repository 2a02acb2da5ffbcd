// Plays scenarios in the VM and prints what real IPVS and lvskit have done, with the differences marked: for writing
// scenarios, and for seeing why one fails. Usage, as root: node test/vm/record.ts [PATTERN [ipvs]]

import { compareRecording, formatComparison } from './comparison/compare.ts';
import { recordScenarios } from './recording.ts';

const [pattern = '', only] = process.argv.slice(2);
await recordScenarios(
  pattern,
  (recording) => console.log(`\n== ${recording.name}\n${formatComparison(compareRecording(recording))}`),
  only === 'ipvs' ? 'ipvs' : undefined,
);
