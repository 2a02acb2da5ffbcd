// What can be wrong with a line of a conf file by itself: keys, single values, netmasks and networks.

import { describe } from 'node:test';
import type { ConfValues } from './paper.ts';
import { service, testProblem } from './test-problem.ts';

function inside(value: string): ConfValues {
  return { DIRECTOR_INSIDEIP: value };
}

describe('keys and their words', () => {
  testProblem(
    'a mistyped key',
    { LVS_TIPE: 'VS_DR' },
    'CONF_UNKNOWN_KEY vs.conf:12:1',
    `'LVS_TIPE' is not a key; did you mean 'LVS_TYPE'?`,
  );
  testProblem(
    'a key in lower case',
    { lvs_type: 'VS_DR' },
    'CONF_UNKNOWN_KEY vs.conf:12:1',
    `'lvs_type' is not a key; did you mean 'LVS_TYPE'?`,
  );
  testProblem(
    'a key like no other',
    { constructor: '1' },
    'CONF_UNKNOWN_KEY vs.conf:12:1',
    `'constructor' is not a key; use one of LVS_TYPE, INITIAL_STATE, VIP, DIRECTOR_INSIDEIP, DIRECTOR_DEFAULT_GW, SERVICE, SERVER_VIP_DEVICE, SERVER_NET_DEVICE, SERVER_DEFAULT_GW`,
  );
  testProblem(
    'a key given twice',
    { LVS_TYPE: ['VS_DR', 'VS_TUN'] },
    'CONF_DUPLICATE_KEY vs.conf:3:1',
    'LVS_TYPE is given again; line 2 has it already; keep one of the two lines',
  );
  testProblem(
    'a missing key',
    { VIP: undefined },
    'CONF_MISSING_KEY vs.conf:11:1',
    'VIP is missing; add a line VIP=DEVICE NAME NETMASK BROADCAST',
  );
  testProblem(
    'no service at all',
    { SERVICE: undefined },
    'CONF_MISSING_KEY vs.conf:10:1',
    'SERVICE is missing; add a line SERVICE=PROTOCOL PORT SCHEDULER REALSERVER...',
  );
  testProblem(
    'a missing SERVER_VIP_DEVICE where the VIP is held',
    { SERVER_VIP_DEVICE: undefined },
    'CONF_MISSING_KEY vs.conf:11:1',
    'SERVER_VIP_DEVICE is missing; add a line SERVER_VIP_DEVICE=DEVICE',
  );
  testProblem(
    'a value with too few words',
    { VIP: 'eth1:110 lvs' },
    'CONF_WORD_COUNT vs.conf:4:1',
    'VIP takes 4 words and has 2; write VIP=DEVICE NAME NETMASK BROADCAST',
  );
  testProblem(
    'a value with too many words',
    { SERVER_DEFAULT_GW: 'client client2' },
    'CONF_WORD_COUNT vs.conf:11:1',
    'SERVER_DEFAULT_GW takes 1 word and has 2; write SERVER_DEFAULT_GW=NAME',
  );
  testProblem(
    'an empty value',
    { LVS_TYPE: '' },
    'CONF_WORD_COUNT vs.conf:2:1',
    'LVS_TYPE takes 1 word and has 0; write LVS_TYPE=VS_NAT|VS_DR|VS_TUN',
  );
  testProblem(
    'a service without a scheduler',
    service('t telnet'),
    'CONF_WORD_COUNT vs.conf:7:1',
    'SERVICE takes 4 words or more and has 2; write SERVICE=PROTOCOL PORT SCHEDULER REALSERVER...',
  );
  testProblem(
    'a service on no realserver',
    service('t telnet rr'),
    'CONF_NO_REALSERVER vs.conf:7:1',
    `service 'telnet' is on no realserver; name one or more realservers after the scheduler`,
  );
});

describe('single values', () => {
  testProblem(
    'an unknown type',
    { LVS_TYPE: 'VS_DT' },
    'CONF_UNKNOWN_VALUE vs.conf:2:10',
    `'VS_DT' is not a type of virtual server; did you mean 'VS_DR'?`,
  );
  testProblem(
    'an unknown state',
    { INITIAL_STATE: 'yes' },
    'CONF_UNKNOWN_VALUE vs.conf:3:15',
    `'yes' is not a state; use on or off`,
  );
  testProblem(
    'an unknown protocol',
    service('tcp telnet rr realserver1'),
    'CONF_UNKNOWN_VALUE vs.conf:7:9',
    `'tcp' is not a protocol (t is TCP, u is UDP); use t or u`,
  );
  testProblem(
    'a mistyped scheduler',
    service('t telnet wrx realserver1'),
    'CONF_UNKNOWN_VALUE vs.conf:7:18',
    `'wrx' is not a scheduler; did you mean 'wrr'?`,
  );
  testProblem(
    'a scheduler like no other',
    service('t telnet random realserver1'),
    'CONF_UNKNOWN_VALUE vs.conf:7:18',
    `'random' is not a scheduler; use rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, fo, ovf, mh or twos`,
  );
  testProblem(
    'a mistyped port',
    service('t telnt rr realserver1'),
    'CONF_UNKNOWN_PORT vs.conf:7:11',
    `no tcp port is named 'telnt'; did you mean 'telnet'?`,
  );
  testProblem(
    'a port name of the other protocol',
    service('u telnet rr realserver1'),
    'CONF_UNKNOWN_PORT vs.conf:7:11',
    `no udp port is named 'telnet'; write its number, or add it to /etc/services`,
  );
  testProblem(
    'port 0',
    service('t 0 rr realserver1'),
    'CONF_UNKNOWN_PORT vs.conf:7:11',
    '0 is not a port; use a number from 1 to 65535',
  );
  testProblem(
    'a port beyond the last',
    service('t 65536 rr realserver1'),
    'CONF_UNKNOWN_PORT vs.conf:7:11',
    '65536 is not a port; use a number from 1 to 65535',
  );
  testProblem(
    'a device that cannot be one',
    { SERVER_NET_DEVICE: 'eth/0' },
    'CONF_BAD_DEVICE vs.conf:10:19',
    `'eth/0' is not a device name; write a device such as eth0 or eth1:110, of at most 15 characters`,
  );
  testProblem(
    'a device too long for the kernel',
    { SERVER_VIP_DEVICE: 'lo:aaaaaaaaaaaaa' },
    'CONF_BAD_DEVICE vs.conf:9:19',
    `'lo:aaaaaaaaaaaaa' is not a device name; write a device such as eth0 or eth1:110, of at most 15 characters`,
  );
  testProblem(
    'an alias for a NIC',
    { SERVER_NET_DEVICE: 'eth0:1' },
    'CONF_BAD_DEVICE vs.conf:10:19',
    `'eth0:1' is an alias, not a NIC; write eth0`,
  );
  testProblem(
    'a VIP of the director on a device that answers no ARP',
    { VIP: 'lo:0 lvs 255.255.255.255 lvs' },
    'CONF_BAD_DEVICE vs.conf:4:5',
    `'lo:0' is not a NIC: it answers no ARP; name the NIC, for example eth0`,
  );
  testProblem(
    'TP in lower case',
    { VIP: 'tp lvs 255.255.255.255 lvs' },
    'CONF_BAD_DEVICE vs.conf:4:5',
    `'tp' is not a device name; write TP for transparent proxy, where the key allows it`,
  );
  testProblem(
    'a VIP of the realservers on a NIC that they lack',
    { SERVER_VIP_DEVICE: 'eth1:0' },
    'CONF_BAD_DEVICE vs.conf:9:19',
    `realservers have no device 'eth1' to hold the VIP; use lo:0, dummy0, tunl0 or TP`,
  );
});

describe('netmasks and networks', () => {
  testProblem(
    'a netmask with a hole',
    inside('eth0 director-inside 192.168.1.0 255.0.255.0 192.168.1.255'),
    'CONF_BAD_NETMASK vs.conf:5:52',
    `'255.0.255.0' is not a netmask; write ones then zeros in binary, for example 255.255.255.0`,
  );
  testProblem(
    'a netmask that is no address',
    inside('eth0 director-inside 192.168.1.0 24 192.168.1.255'),
    'CONF_BAD_ADDRESS vs.conf:5:52',
    `netmask '24' is not an address; write four numbers from 0 to 255 with dots between them`,
  );
  testProblem(
    'a network that is no address',
    inside('eth0 director-inside 192.168.1 255.255.255.0 192.168.1.255'),
    'CONF_BAD_ADDRESS vs.conf:5:40',
    `network '192.168.1' is not an address; write four numbers from 0 to 255 with dots between them`,
  );
  testProblem(
    'a network with host bits',
    inside('eth0 director-inside 192.168.1.9 255.255.255.0 192.168.1.255'),
    'CONF_NETWORK_MISMATCH vs.conf:5:40',
    'network 192.168.1.9 has host bits under netmask 255.255.255.0; write 192.168.1.0, or another netmask',
  );
  testProblem(
    'a broadcast address of another network',
    inside('eth0 director-inside 192.168.1.0 255.255.255.0 192.168.2.255'),
    'CONF_NETWORK_MISMATCH vs.conf:5:66',
    '192.168.2.255 is not the broadcast address of 192.168.1.0/24; write 192.168.1.255, or another netmask',
  );
  testProblem(
    'a broadcast address of the VIP that its netmask does not give',
    { VIP: 'eth1:110 lvs 255.255.255.255 192.168.1.255' },
    'CONF_NETWORK_MISMATCH vs.conf:4:34',
    '192.168.1.255 is not the broadcast address of 192.168.1.110/32; write 192.168.1.110, or another netmask',
  );
  testProblem(
    'an inside address outside of its network',
    inside('eth0 director 192.168.1.0 255.255.255.0 192.168.1.255'),
    'CONF_NETWORK_MISMATCH vs.conf:5:24',
    `'director' (192.168.2.1) is not in the network 192.168.1.0/24; correct the network, or the address in the hosts file`,
  );
  testProblem(
    'an outer network that overlaps the inner one',
    {
      ...inside('eth0 director-inside 192.168.1.0 255.255.255.128 192.168.1.127'),
      DIRECTOR_DEFAULT_GW: 'client',
      SERVER_DEFAULT_GW: 'director-inside',
    },
    'CONF_NETWORKS_OVERLAP vs.conf:6:21',
    `the network of gateway 'client' (192.168.1.254), 192.168.1.0/24, overlaps 192.168.1.0/25; choose addresses and netmasks that keep them apart`,
  );
});
