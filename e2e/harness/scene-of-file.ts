import { afterAll, afterEach, beforeAll, onTestFailed } from 'vitest';
import { Scene } from './scene.ts';
import type { SceneOptions } from './scene.ts';

/** One scene for all tests of a file: set before them, ended after them, its last words told when one fails. */
export function sceneOfFile(options: SceneOptions = {}): () => Scene {
  let scene: Scene | undefined;
  beforeAll(async () => {
    scene = await Scene.set(options);
  });
  afterEach(async () => {
    await scene?.simulator.clearFaults();
  });
  afterAll(async () => {
    await scene?.end();
  });
  return () => {
    if (scene === undefined) throw new Error('the scene is not set yet');
    const set = scene;
    onTestFailed(() => {
      console.log(set.lastWords());
    });
    return set;
  };
}
