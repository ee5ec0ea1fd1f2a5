// Packs every package, installs the tarballs into an empty folder with npm, and runs what they install.
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endChildrenWithUs } from './end-with-us.mjs';
import { runCommand } from './run-command.mjs';
import { pnpm, root } from './setup.mjs';

endChildrenWithUs();
const folder = await mkdtemp(join(tmpdir(), 'waystation-pack-'));
try {
  process.exitCode = (await packAndTry(folder)) ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function packAndTry(to) {
  const packages = await readdir(join(root, 'packages'));
  for (const name of packages) {
    const cwd = join(root, 'packages', name);
    const { code, output } = await pnpm(['pack', '--pack-destination', to], { cwd, quiet: true });
    if (code !== 0) return complain(`packing ${name}`, output);
  }
  const tarballs = (await readdir(to)).filter((file) => file.endsWith('.tgz'));
  const byName = Object.fromEntries(
    tarballs.map((file) => [`@waystation/${file.split('-')[1]}`, `file:${join(to, file)}`]),
  );
  // Not published yet, so that packages which need each other must be told where the others are.
  const manifest = { name: 'newcomer', private: true, dependencies: byName, overrides: byName };
  await writeFile(join(to, 'package.json'), JSON.stringify(manifest));
  const installed = await runCommand('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline'], {
    cwd: to,
    quiet: true,
  });
  if (installed.code !== 0) return complain('installing the tarballs', installed.output);
  return (await programsRun(to, packages)) && (await doorsOpen(to, Object.keys(byName)));
}

async function programsRun(to, packages) {
  for (const name of packages) {
    const { bin = {}, version } = JSON.parse(
      await readFile(join(root, 'packages', name, 'package.json'), 'utf8'),
    );
    for (const program of Object.keys(bin)) {
      const run = (flag) =>
        runCommand(join(to, 'node_modules', '.bin', program), [flag], { cwd: to, quiet: true });
      const said = await run('--version');
      if (said.code !== 0 || !said.output.includes(version))
        return complain(`${program} --version`, said.output);
      const help = await run('--help');
      if (help.code !== 0 || !help.output.includes(program))
        return complain(`${program} --help`, help.output);
    }
  }
  return true;
}

async function doorsOpen(to, names) {
  for (const name of names) {
    const folder = join(to, 'node_modules', name);
    const { exports } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    for (const door of Object.values(exports)) {
      for (const file of [door.types, door.default]) {
        if (!existsSync(join(folder, file))) return complain(`opening ${name}`, `${file} is not packed`);
      }
    }
  }
  const source = names.map((name) => `await import('${name}');`).join('\n');
  await writeFile(join(to, 'doors.mjs'), source);
  const { code, output } = await runCommand(process.execPath, ['doors.mjs'], { cwd: to, quiet: true });
  return code === 0 || complain('importing the packages', output);
}

function complain(what, output) {
  console.error(`${what} failed:\n${output}`);
  return false;
}
