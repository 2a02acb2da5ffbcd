// conf's public face: conf and hosts files → the resolved cluster, or every reason why not; and the cluster in words.

export { ConfError, type Problem } from './errors.ts';
export { explainCluster } from './explain.ts';
export { loadCluster } from './load.ts';
export { parseConf } from './parse-conf.ts';
export { parseHosts } from './parse-hosts.ts';
export { resolveCluster } from './resolve.ts';
export { BUILT_IN_SERVICE_PORTS, parseServicePorts } from './service-ports.ts';
