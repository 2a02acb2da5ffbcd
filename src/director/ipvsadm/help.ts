// What `ipvsadm --help` and `ipvsadm --version` print.

/** The version of ipvsadm whose grammar and listings these are. */
const IPVSADM_VERSION = '1.31';

export const IPVSADM_HELP = `Usage:
  ipvsadm -A|-E SERVICE [-s SCHEDULER]            add, edit a virtual service
  ipvsadm -D SERVICE                              delete it with its realservers
  ipvsadm -a|-e SERVICE -r SERVER [options]       add, edit a realserver
  ipvsadm -d SERVICE -r SERVER                    delete it
  ipvsadm -L|-l [SERVICE] [options]               list all services, or one
  ipvsadm -L -c [-n]                              list the connections
  ipvsadm -Z [SERVICE]                            zero all counters, or one's
  ipvsadm -C                                      delete all services
  ipvsadm -S [-n]                                 print the table as commands
  ipvsadm -R                                      run such commands from stdin
  ipvsadm -h | -v                                 print this help, the version

Commands, one a call, as the first option:
  -A, --add-service      -a, --add-server         -L, -l, --list
  -E, --edit-service     -e, --edit-server        -Z, --zero
  -D, --delete-service   -d, --delete-server      -S, --save
  -C, --clear            -h, --help               -R, --restore
                         -v, --version

Services and realservers, as HOST[:PORT] by number or name:
  -t, --tcp-service HOST:PORT      a TCP service
  -u, --udp-service HOST:PORT      a UDP service
  -r, --real-server HOST[:PORT]    a realserver; without a port, the service's

Of a service:
  -s, --scheduler NAME      how realservers are chosen; wlc unless given

Of a realserver:
  -g, --gatewaying          VS-DR, direct routing (the default)
  -i, --ipip                VS-TUN, tunnelling
      --tun-type ipip       the one kind of tunnel of this version
  -m, --masquerading        VS-NAT
  -w, --weight N            capacity relative to the others; 1 unless given,
                            0 for no new connections
  -x, --u-threshold N       no new connections from N connections on
  -y, --l-threshold N       new ones again below N; 3/4 of -x unless given

Of a listing:
  -n, --numeric             addresses and ports as numbers
      --stats               connections, packets and bytes since the last -Z
      --rate                the same per second
  -X, --exact               numbers in full, never in K, M, G or T
      --thresholds          -x and -y of the realservers
      --persistent-conn     their persistent connections
      --tun-info            their tunnels
      --nosort              newest service and realserver first
`;

export function formatVersion(lvskitVersion: string): string {
  return `ipvsadm v${IPVSADM_VERSION} of lvskit ${lvskitVersion} (IPVS semantics on eBPF)\n`;
}
