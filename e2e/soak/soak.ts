export { Scene } from '../harness/scene.ts';
export { playSoak, soakScene } from './play-soak.ts';
export { faultsOf, soakPage, totalsOf } from './report-soak.ts';
