// The lab's public face: a whole cluster in network namespaces on one machine.

export { type ApplyOptions, applyLab } from './apply.ts';
export { captureLink, execInMachine } from './exec.ts';
export { detectKernel } from './kernel.ts';
export { namespacePath } from './namespaces.ts';
export { findLink, findMachine } from './lookup.ts';
export { type LabLink, type LabMachine, type LabPlan, namespacesOf, planLab } from './plan.ts';
export { removeAllLabs, removeLab } from './remove.ts';
export { scaleRealservers } from './scale.ts';
export { defaultLabName, type LabOptions, type LinkRate, type LinkSettings, parseRate } from './settings.ts';
export { conditionOf, type Lab, type LabCondition, listLabs, readLab } from './state.ts';
