// What `ipvsadm --help` and `ipvsadm --version` print.

/** The version of ipvsadm whose grammar and listings these are. */
const IPVSADM_VERSION = '1.31';

export const IPVSADM_HELP = `Usage:
  ipvsadm -A|-E SERVICE [options]                 add, edit a virtual service
  ipvsadm -D SERVICE                              delete it with its realservers
  ipvsadm -a|-e SERVICE -r SERVER [options]       add, edit a realserver
  ipvsadm -d SERVICE -r SERVER                    delete it
  ipvsadm -L|-l [SERVICE] [options]               list all services, or one
  ipvsadm -L -c|--timeout|--daemon [options]      list connections, settings
  ipvsadm -Z [SERVICE]                            zero all counters, or one's
  ipvsadm -C                                      delete all services
  ipvsadm -S [-n] [--thresholds]                  print the table as commands
  ipvsadm -R                                      run such commands from stdin
  ipvsadm --set TCP TCPFIN UDP                    set timeouts of connections
  ipvsadm --start-daemon master|backup [options]  synchronise connections
  ipvsadm --stop-daemon master|backup             no longer
  ipvsadm -h | -v                                 print this help, the version

Commands, one a call, as the first option:
  -A, --add-service      -a, --add-server         -L, -l, --list
  -E, --edit-service     -e, --edit-server        -Z, --zero
  -D, --delete-service   -d, --delete-server      -S, --save
  -C, --clear            -h, --help               -R, --restore
      --set                  --start-daemon       -v, --version
                             --stop-daemon

Services and realservers, as HOST[:PORT] by number or name, or [IPV6]:PORT:
  -t, --tcp-service HOST:PORT      a TCP service
  -u, --udp-service HOST:PORT      a UDP service
      --sctp-service HOST:PORT     an SCTP service
  -f, --fwmark-service MARK        whatever has this firewall mark, over IPv4,
  -6, --ipv6                       or, given after the mark, over IPv6
  -r, --real-server HOST[:PORT]    a realserver; without a port, the service's

Of a service, all of which an -E must say again:
  -s, --scheduler NAME      how realservers are chosen: rr wrr lc wlc lblc
                            lblcr dh sh sed nq fo ovf mh twos; wlc unless given
  -b, --sched-flags FLAGS   of sh: sh-port,sh-fallback; of mh: mh-port,
                            mh-fallback; of all: flag-1,flag-2,flag-3
  -p, --persistent [SECS]   a client keeps its realserver; 360 unless given.
                            With it a service may have port 0, for all ports
  -M, --netmask MASK        clients of one network count as one: an address,
                            or for IPv6 a prefix length
      --pe sip              with -p: a call keeps its realserver, not a client
  -o, --ops                 every UDP packet is scheduled by itself

Of a realserver, all of which an -e must say again:
  -g, --gatewaying          VS-DR, direct routing (the default)
  -i, --ipip                VS-TUN, tunnelling
      --tun-type TYPE       ipip (the default), gue or gre
      --tun-port PORT       of gue: the UDP port to send to
      --tun-nocsum, --tun-csum, --tun-remcsum
                            of gue and gre: no checksum (the default), one;
                            of gue: one that offloads
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
      --thresholds          -x and -y of the realservers; with -S, saves them
      --persistent-conn     their persistent connections; with -c, by what
                            persistence engines know them
      --tun-info            their tunnels
      --nosort              newest service and realserver first
      --json                everything there is to list, as JSON
  -c, --connection          connections instead of services
      --timeout             the timeouts of --set
      --daemon              the daemons that run

Of --start-daemon:
      --mcast-interface IF  where to send or listen; eth0 unless given
      --mcast-group ADDR    224.0.0.81 unless given; IPv6 too
      --mcast-port PORT     8848 unless given
      --mcast-ttl TTL       1 unless given
      --syncid ID           0 to 255; 0 unless given
      --sync-maxlen BYTES   the longest message

Of --set: seconds of idle TCP connections, of those after a FIN, and of UDP;
0 leaves one as it is.
`;

export function formatVersion(lvskitVersion: string): string {
  return `ipvsadm v${IPVSADM_VERSION} of lvskit ${lvskitVersion} (IPVS semantics on eBPF)\n`;
}
