import { expect, it } from 'vitest';
import { gameDayScene, playGameDay } from '../game-day/play-game-day.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const scene = sceneOfFile(gameDayScene);

it('a game day: regions fail in every way, the agent is killed twice, and each message is one text', async () => {
  const said: string[] = [];
  const day = await playGameDay(
    scene(),
    { holdMs: 500, everywhere: false, concurrency: 4 },
    (words) => void said.push(words),
  );
  const good = { lost: 0, doubled: 0 };
  expect(day, said.join('\n')).toMatchObject({ kills: 2, keyed: good, unchanged: good });
  for (const { accepted, repeats } of [day.keyed, day.unchanged]) {
    expect(accepted.length).toBeGreaterThan(day.faults);
    expect(repeats).toBeGreaterThan(0);
  }
}, 240_000);
