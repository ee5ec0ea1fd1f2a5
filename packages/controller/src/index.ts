export { referencePage } from './reference-page.ts';
