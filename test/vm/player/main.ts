// The guest's half: plays scenarios to IPVS and to lvskit side by side, step by step, so that both wait together, and
// prints a line of JSON with both recordings for each. Arguments: a pattern of the names to play, and of those that
// match which ones: PART of PARTS; and `ipvs` to leave lvskit out.

import type { Recording } from '../recording.ts';
import { SCENARIOS } from '../scenarios/mod.ts';
import { ipvsadm, listings, open, type Scenario, type Step } from '../scenarios/scenario.ts';
import { type Director, IPVS, LVSKIT } from './directors.ts';
import { beginPerformance, type Performance, playStep } from './play.ts';
import { startSpinner } from './spinner.ts';
import { createStage, runInside, type Stage } from './stage.ts';

/** More than a step takes, waiting aside; in such a leap of the clock connections may have expired. */
const LEAP_MS = 1500;
const ATTEMPTS = 3;
const COMMANDS: readonly Step['kind'][] = ['ipvsadm', 'run', 'set'];

const [pattern = '', part = '0', parts = '1', only] = process.argv.slice(2);

const DIRECTORS = only === 'ipvs' ? [IPVS] : [IPVS, LVSKIT];

const spinner = startSpinner();

/** On which a scenario is played, or the next one will be. */
const standing = new Map<Director, Stage>();
let count = 0;

function begin(director: Director, scenario: Scenario): Performance {
  const stage = standing.get(director) ?? createStage(`${director.name}${++count}`);
  standing.set(director, stage);
  return beginPerformance(director, stage, scenario);
}

async function end(one: Performance, scenario: Scenario): Promise<void> {
  const { director, stage } = one;
  if (director.clear === undefined) {
    standing.delete(director);
    return remove(director, stage);
  }
  for (const step of scenario.steps) if (step.kind === 'run') runInside(stage.path, step.undo);
  await director.clear(stage.path);
}

function remove(director: Director, stage: Stage): void {
  director.forget(stage.path);
  stage.remove();
}

async function record(scenario: Scenario): Promise<{ recording: Recording; hasLeapt: boolean }> {
  const performances = DIRECTORS.map((director) => begin(director, scenario));
  let hasLeapt = false;
  for (const [index, step] of scenario.steps.entries()) {
    // They wait together, and do everything else one after the other.
    for (const those of step.kind === 'wait' ? [performances] : performances.map((one) => [one])) {
      const play = () => Promise.all(those.map((one) => playOrSay(one, step)));
      const start = performance.now();
      await (COMMANDS.includes(step.kind) ? spinner.during(play) : play());
      const allowedMs = LEAP_MS + (step.kind === 'wait' ? step.seconds * 1000 : 0);
      // The first command may load lvskit's data plane, before anything has happened that time could change.
      if (index > 0 && performance.now() - start > allowedMs) hasLeapt = true;
    }
  }
  for (const one of performances) await end(one, scenario);
  const [ipvs = [], lvskit = ipvs] = performances.map(({ lines }) => lines);
  return { recording: { name: scenario.name, ipvs, lvskit }, hasLeapt };
}

/** What goes wrong is a line of the recording, so that the rest of it can be seen too. */
async function playOrSay(performance: Performance, step: Step): Promise<void> {
  try {
    await playStep(performance, step);
  } catch (error) {
    performance.lines.push(`FAILED: ${(error as Error).message}`);
  }
}

/**
 * Time leaps while the guest waits for the host, as for a file that is read the first time. Playing this first has most
 * of them read; what is disturbed all the same is played again.
 */
const WARMING_UP: Scenario = {
  name: 'warming up',
  steps: [
    ...ipvsadm('-A -t vip:80 -s rr\n-a -t vip:80 -r r1:80 -m\n-e -t vip:80 -r r1:80 -m -w 2'),
    ...open('c1:1', 'vip:80'),
    ...listings(),
    ...ipvsadm('-d -t vip:80 -r r1:80\n-D -t vip:80'),
  ],
};

async function recordUndisturbed(scenario: Scenario): Promise<Recording> {
  for (let attempt = 1; ; attempt++) {
    const { recording, hasLeapt } = await record(scenario);
    if (!hasLeapt || attempt === ATTEMPTS) return recording;
  }
}

await record(WARMING_UP);
const chosen = SCENARIOS.filter(({ name }) => new RegExp(pattern).test(name));
for (const scenario of chosen.filter((_, index) => index % Number(parts) === Number(part))) {
  process.stdout.write(`${JSON.stringify(await recordUndisturbed(scenario))}\n`);
}
for (const [director, stage] of standing) remove(director, stage);
spinner.end();
