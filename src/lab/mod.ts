// The lab's public face: a whole cluster in network namespaces on one machine.

export { applyLab, completeLab } from './apply.ts';
export { interruptedError as labInterruptedError } from './errors.ts';
export { captureLink, execInMachine } from './exec.ts';
export { FAULTS, type Fault, findFault, injectFault, undoFault } from './faults/mod.ts';
export { detectKernel } from './kernel.ts';
export { enterNamespace, limitCpu, limitDisk, limitMemory } from './limits.ts';
export { findMachine } from './lookup.ts';
export { setLoopback } from './loopback.ts';
export { namespacePath, processesIn } from './namespaces.ts';
export { type LabMachine, type LabPlan, namespacesOf, planLab } from './plan.ts';
export { removeAllLabs, removeLab } from './remove.ts';
export { scaleClients, scaleRealservers } from './scale.ts';
export { defaultLabName, type LabOptions, type LinkOptions, linkOptionsOf, resolveLinkSettings } from './settings.ts';
export { conditionOf, type Lab, labLogFile, listLabs, readLab } from './state.ts';
export { wireSettings, wiresOf } from './wires.ts';
