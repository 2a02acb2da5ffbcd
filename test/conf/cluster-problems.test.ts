// What can be wrong between the lines of a conf file, and between it and the hosts file.

import { describe } from 'node:test';
import { type ConfValues, ONE_NIC, PAPER_HOSTS, VS_NAT } from './paper.ts';
import { service, testProblem } from './test-problem.ts';

function inside(value: string): ConfValues {
  return { DIRECTOR_INSIDEIP: value };
}

function edited(from: string, to: string): string {
  return PAPER_HOSTS.replace(from, to);
}

describe('names and machines', () => {
  testProblem(
    'a mistyped realserver',
    service('t telnet rr sneezey'),
    'CONF_UNKNOWN_HOST vs.conf:7:21',
    `realserver 'sneezey' is not in the hosts file; did you mean 'sneezy'?`,
  );
  testProblem(
    'a realserver that the hosts file lacks, without taking it for another',
    service('t telnet rr realserver3'),
    'CONF_UNKNOWN_HOST vs.conf:7:21',
    `realserver 'realserver3' is not in the hosts file; add its address and name to hosts`,
  );
  testProblem(
    'a name like no other',
    { DIRECTOR_DEFAULT_GW: 'elsewhere' },
    'CONF_UNKNOWN_HOST vs.conf:6:21',
    `gateway 'elsewhere' is not in the hosts file; add its address and name to hosts`,
  );
  testProblem(
    'a name of two addresses',
    {},
    'CONF_AMBIGUOUS_HOST vs.conf:6:21',
    `gateway 'client2' stands for 192.168.2.254 and 192.168.2.253 in hosts; use a name that only one of them has, or the address`,
    edited('client2.mack.net client2', 'client2.mack.net client2\n192.168.2.253 client2'),
  );
  testProblem(
    'an inside address that is not of the director',
    inside('eth0 sneezy 192.168.1.0 255.255.255.0 192.168.1.255'),
    'CONF_WRONG_MACHINE vs.conf:5:24',
    `inside address 'sneezy' (192.168.1.11) is realserver1 in hosts and must be a director; name a director instead`,
  );
  testProblem(
    'an inside address that the hosts file lacks',
    inside('eth0 192.168.1.77 192.168.1.0 255.255.255.0 192.168.1.255'),
    'CONF_WRONG_MACHINE vs.conf:5:24',
    `inside address 192.168.1.77 has no role in hosts and must be a director; give it a name there that begins with 'director'`,
  );
  testProblem(
    'the director as realserver',
    service('t telnet rr director-inside'),
    'CONF_WRONG_MACHINE vs.conf:7:21',
    `realserver 'director-inside' (192.168.1.9) is director in hosts and must be a realserver; name a realserver instead`,
  );
  testProblem(
    'a realserver as gateway',
    { DIRECTOR_DEFAULT_GW: 'realserver1' },
    'CONF_WRONG_MACHINE vs.conf:6:21',
    `gateway 'realserver1' (192.168.1.11) is realserver1 in hosts and must be a client; name a client instead`,
  );
  testProblem(
    'a VIP as gateway',
    { SERVER_DEFAULT_GW: 'lvs' },
    'CONF_WRONG_MACHINE vs.conf:11:19',
    `gateway 'lvs' (192.168.1.110) is a VIP in hosts and must be a client or director; name a client or director instead`,
  );
  testProblem(
    'the address of a machine as VIP',
    { VIP: 'eth1:110 sneezy 255.255.255.255 sneezy' },
    'CONF_VIP_TAKEN vs.conf:4:14',
    `VIP 'sneezy' (192.168.1.11) is the address of realserver1; give the VIP an address of its own`,
  );
  testProblem(
    'the address of an unnamed gateway as VIP',
    {
      VIP: 'eth1:110 192.168.2.253 255.255.255.255 192.168.2.253',
      DIRECTOR_DEFAULT_GW: '192.168.2.253',
    },
    'CONF_VIP_TAKEN vs.conf:4:14',
    `VIP 192.168.2.253 is the address of gateway '192.168.2.253'; give the VIP an address of its own`,
  );
  testProblem(
    'a realserver twice in a service',
    service('t telnet rr realserver1 sneezy'),
    'CONF_DUPLICATE_REALSERVER vs.conf:7:33',
    `realserver 'sneezy' is 'realserver1', which the line has already; name each realserver once`,
  );
  testProblem(
    'a service twice',
    service('t telnet rr realserver1', 't 23 wlc realserver2'),
    'CONF_DUPLICATE_SERVICE vs.conf:8:9',
    'service tcp 23 is given again; line 7 has it already; name all its realservers on one line',
  );
  testProblem(
    'a realserver of two addresses',
    service('t telnet rr sneezy', 't http rr grumpy'),
    'CONF_AMBIGUOUS_HOST vs.conf:8:19',
    `'sneezy' (192.168.1.11) and 'grumpy' (192.168.1.13) are one realserver; name a realserver by the same address in every service`,
    `${PAPER_HOSTS}192.168.1.13 grumpy realserver1\n`,
  );
  testProblem(
    'a realserver outside of the inner network',
    {},
    'CONF_REALSERVER_OUTSIDE vs.conf:7:33',
    `realserver 'realserver2' (192.168.3.12) is not in the director's inside network 192.168.1.0/24; give it an address in 192.168.1.0/24 in the hosts file`,
    edited('192.168.1.12 ', '192.168.3.12 '),
  );
});

describe('gateways and the paths of replies', () => {
  testProblem(
    `a realservers' gateway in another network`,
    { SERVER_DEFAULT_GW: 'client2' },
    'CONF_GATEWAY_UNREACHABLE vs.conf:11:19',
    `gateway 'client2' (192.168.2.254) is not in the realservers' network 192.168.1.0/24; name a gateway in 192.168.1.0/24`,
  );
  testProblem(
    `the director's outer address as realservers' gateway`,
    { SERVER_DEFAULT_GW: 'director' },
    'CONF_GATEWAY_UNREACHABLE vs.conf:11:19',
    `gateway 'director' (192.168.2.1) is not the director's inside address; use 'director-inside'`,
  );
  testProblem(
    'a gateway in a network where the director has no address',
    { DIRECTOR_DEFAULT_GW: '192.168.5.1' },
    'CONF_GATEWAY_UNREACHABLE vs.conf:6:21',
    'the director has no address in 192.168.5.0/24, the network of gateway 192.168.5.1; add one to hosts with the name director-outside',
  );
  testProblem(
    'a gateway in another network than the only NIC',
    { VIP: 'eth0:110 lvs 255.255.255.255 lvs' },
    'CONF_GATEWAY_UNREACHABLE vs.conf:6:21',
    `gateway 'client2' (192.168.2.254) is not in 192.168.1.0/24, the network of the director's only NIC; name a gateway in that network, or put the VIP on a second NIC`,
  );
  testProblem(
    'a VIP on a second NIC when the gateway is on the first',
    { DIRECTOR_DEFAULT_GW: 'client' },
    'CONF_GATEWAY_UNREACHABLE vs.conf:6:21',
    `the VIP is on eth1, but gateway 'client' (192.168.1.254) is in the network of eth0; put the VIP on eth0, or name a gateway in another network`,
  );
  testProblem(
    'two addresses of the director in the outer network',
    {},
    'CONF_AMBIGUOUS_HOST vs.conf:6:21',
    'the director has two addresses in 192.168.2.0/24: 192.168.2.1 and 192.168.2.3; leave one of them in hosts',
    `${PAPER_HOSTS}192.168.2.3 director-b\n`,
  );
  testProblem(
    'two addresses of the client in the only network',
    { ...ONE_NIC, SERVER_DEFAULT_GW: 'client3' },
    'CONF_NETWORKS_OVERLAP vs.conf:11:19',
    `client has two addresses in one network: 'client' and 'client3'; use 'client' for both gateways`,
    `${PAPER_HOSTS}192.168.1.253 client3\n`,
  );
  testProblem(
    'VS-NAT with the client as gateway',
    { ...VS_NAT, SERVER_DEFAULT_GW: 'client' },
    'CONF_REPLY_BYPASSES_DIRECTOR vs.conf:10:19',
    `VS-NAT replies must pass the director, and gateway 'client' leads past it; use 'director-inside'`,
  );
  testProblem(
    'VS-NAT on one network',
    { ...VS_NAT, ...ONE_NIC },
    'CONF_REPLY_BYPASSES_DIRECTOR vs.conf:6:21',
    `replies are to pass the director, but client 'client' (192.168.1.254) is in the realservers' own network; name an address of the client in another network, and put the VIP on the NIC that faces it`,
  );
  testProblem(
    'martian VS-DR on one network',
    { ...ONE_NIC, SERVER_DEFAULT_GW: 'director-inside' },
    'CONF_REPLY_BYPASSES_DIRECTOR vs.conf:6:21',
    `replies are to pass the director, but client 'client' (192.168.1.254) is in the realservers' own network; name an address of the client in another network, and put the VIP on the NIC that faces it`,
  );
});

describe('the hosts file', () => {
  testProblem(
    'a name that no host can have',
    {},
    'CONF_BAD_NAME hosts:3:51',
    `'realserver1/..' is not a host name; use letters, digits, dots, hyphens and underscores`,
    edited('sneezy realserver1', 'sneezy realserver1 realserver1/..'),
  );
  testProblem(
    'a line that does not begin with an address',
    {},
    'CONF_BAD_ADDRESS hosts:10:1',
    `'192.168.1' is not an address; begin the line with an address such as 192.168.1.11`,
    `${PAPER_HOSTS}192.168.1 grumpy\n`,
  );
  testProblem(
    'an address without names',
    {},
    'CONF_SYNTAX hosts:10:1',
    '192.168.1.77 has no name; write its names after it, or remove the line',
    `${PAPER_HOSTS}192.168.1.77\n`,
  );
  testProblem(
    'an address with two roles',
    {},
    'CONF_AMBIGUOUS_HOST hosts:3:51',
    `192.168.1.11 cannot be both 'realserver1' and 'lvs9'; give each machine, and the VIP, an address of its own`,
    edited('sneezy realserver1', 'sneezy realserver1 lvs9'),
  );
  testProblem(
    'a name of two machines',
    {},
    'CONF_AMBIGUOUS_HOST hosts:4:34',
    `'sneezy' is a name of realserver1 and of realserver2; leave it to one of them`,
    edited('bashfull realserver2', 'sneezy realserver2'),
  );
});
