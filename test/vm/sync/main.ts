// The guest's half of sync.test.ts: lvskit and the kernel's IPVS as two directors of one virtual server. Prints a line of
// JSON for each way round: what the backup has heard, and what connections say after it has taken over.

import {
  type Director,
  DR_PORT,
  type Kind,
  NAT_PORT,
  type TwoDirectors,
  VIP,
  withTwoDirectors,
} from '../../netns/support/two-directors.ts';
import type { SyncRecording } from '../sync.test.ts';

const PATIENCE_MS = 40_000;

async function lookUntil(directors: TwoDirectors, isSo: (text: string) => boolean): Promise<string> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const text = await directors.ipvsadm('other', '-Lnc');
    if (isSo(text) || Date.now() > deadline) return text;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Connections are told of after their third packet, in IPVS: so they talk. */
async function record(master: Kind, backup: Kind): Promise<SyncRecording> {
  const recording = { master, backup, daemons: '', heard: '', listing: '', ended: '', said: [] as string[] };
  await withTwoDirectors(
    async (directors) => {
      for (const director of ['one', 'other'] satisfies Director[]) {
        await directors.ipvsadm(director, `-A -t ${VIP}:9 -s rr -p 600`);
        await directors.ipvsadm(director, `-a -t ${VIP}:9 -r 10.77.2.11:9 -m`);
      }
      directors.serve('nat', 9);
      await directors.ipvsadm('other', '--start-daemon backup --mcast-interface front --syncid 3');
      await directors.ipvsadm('one', '--start-daemon master --mcast-interface front --syncid 3');
      recording.daemons =
        (await directors.ipvsadm('one', '-L --daemon')) + (await directors.ipvsadm('other', '-L --daemon'));
      const talks = [];
      for (const port of [NAT_PORT, DR_PORT, 9]) talks.push(await directors.connect(port));
      const short = await directors.connect(NAT_PORT);
      for (const talk of [...talks, short]) for (const word of ['one', 'two', 'three', 'four']) await talk.say(word);
      const ports = [...talks, short].map(({ port }) => `:${port} `);
      recording.heard = await lookUntil(
        directors,
        (text) => ports.every((port) => text.includes(port)) && /:0 +10/.test(text),
      );
      recording.listing = await directors.ipvsadm('other', '-Ln');
      short.end();
      recording.ended = await lookUntil(directors, (text) => /TIME_WAIT/.test(text));
      directors.cut('one');
      directors.activate('other');
      for (const talk of talks) recording.said.push(await talk.say('still here?').catch(String));
    },
    { one: master, other: backup },
  );
  return recording;
}

for (const [master, backup] of [
  ['ipvs', 'lvskit'],
  ['lvskit', 'ipvs'],
] as const) {
  console.log(JSON.stringify(await record(master, backup)));
}
process.exit();
