import { format, resolveConfig } from 'prettier';

const target = 'docs/reference/wayctl.md';

/** The generated files: path from the root → content. Reads what `npm run build` made of the controller. */
export async function outputs() {
  const { referencePage } = await import('../../packages/controller/dist/index.js');
  const options = { ...(await resolveConfig(target)), parser: 'markdown' };
  return new Map([[target, await format(referencePage(), options)]]);
}
