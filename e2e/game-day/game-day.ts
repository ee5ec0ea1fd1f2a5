export { Scene } from '../harness/scene.ts';
export { gameDayScene, playGameDay, totalsOf } from './play-game-day.ts';
