import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import type { AgentProcess } from '../harness/agent.ts';
import { Chromium, findChromium } from '../harness/chromium.ts';
import type { Tab } from '../harness/chromium.ts';
import { eventually } from '../harness/eventually.ts';
import { Relay } from '../harness/relay.ts';
import type { RelayOptions } from '../harness/relay.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';

const scene = sceneOfFile();

/** A browser on a busy machine. */
const patience = { timeout: 240_000 };

/** Names that are another site's; all of them lead to this machine, as a name may that was pointed here. */
const foreignNames = ['attacker.example', 'rebound.example'];

const open: { stop: () => Promise<unknown> }[] = [];
afterEach(async () => {
  for (const part of open.splice(0).reverse()) await part.stop();
});

let found: Awaited<ReturnType<typeof findChromium>> = { reason: 'nobody looked for it' };
beforeAll(async () => {
  found = await findChromium();
}, 600_000);

async function chromium(context: TestContext): Promise<Chromium> {
  if ('reason' in found) return context.skip(`there is no Chromium here: ${found.reason}`);
  const rules = foreignNames.map((name) => `MAP ${name} 127.0.0.1`).join(', ');
  const browser = await Chromium.start(found.path, [`--host-resolver-rules=${rules}`]);
  open.push(browser);
  return browser;
}

/** Serves the page that tries to text people. */
async function pageServer(): Promise<{ port: number; stop: () => Promise<void> }> {
  const page = await readFile(new URL('../pages/attack.html', import.meta.url));
  const server: Server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(page);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { port: (server.address() as AddressInfo).port, stop };
}

async function relay(options: RelayOptions): Promise<Relay> {
  const started = await new Relay(options).start();
  open.push(started);
  return started;
}

async function agentOf(flags: readonly string[] = []): Promise<AgentProcess> {
  const set = scene();
  await set.apply(set.strategy());
  return set.agent({ flags });
}

/** Opens the page and lets it try every way against a target; every way is marked by its name and the prefix. */
async function attack(tab: Tab, target: string, prefix: string): Promise<string[]> {
  return (await tab.run(`attack(${JSON.stringify(target)}, ${JSON.stringify(prefix)})`)) as string[];
}

/** Ways by which a request came through, from their marks in URLs and bodies. */
function arrived(through: Relay, prefix: string): Set<string> {
  const mark = new RegExp(`\\b${prefix}-([a-z0-9-]+)`);
  const ways = through.requests.map(({ url, body }) => (mark.exec(url) ?? mark.exec(body))?.[1]);
  return new Set(ways.filter((way) => way !== undefined));
}

/** Ways that texted somebody, in the order of their names. */
async function texted(prefix: string): Promise<string[]> {
  const outIds = (await scene().simulator.texts()).map(({ outId }) => outId ?? '');
  const ways = outIds.filter((outId) => outId.startsWith(`${prefix}-`));
  return [...new Set(ways)].map((outId) => outId.slice(prefix.length + 1)).sort();
}

/** What a browser keeps from another site by itself, without asking the agent. */
const keptByBrowser = ['fetch-get-same-origin', 'fetch-post-same-origin'];
/** What a browser asks for first; only the question reaches the agent. */
const preflighted = ['native-json'];
/** What no page can make the agent read: the agent does not take such bodies or methods from anybody. */
const neverTaken = [
  ...['beacon-native', 'fetch-head', 'fetch-post-text', 'form-multipart', 'form-text'],
  ...['native-no-cors', 'native-text'],
];

/** Every request that came through was refused as a page's, and nobody was texted. */
async function expectRefused(through: Relay, prefix: string, ways: readonly string[]): Promise<void> {
  await eventually('every way was tried', () => {
    expect(ways.filter((way) => !arrived(through, prefix).has(way))).toEqual([]);
  });
  expect(through.requests.filter(({ status }) => status !== 403)).toEqual([]);
  expect(await texted(prefix)).toEqual([]);
}

it('no page of another site texts anybody, by any way, and each is refused', patience, async (context) => {
  const browser = await chromium(context);
  const pages = await pageServer();
  open.push(pages);
  // With `any` the keys protect nothing: what is left is what tells a page from a program.
  const agents = { open: await agentOf(), any: await agentOf(['--local-keys', 'any']) };
  const tries = [
    ['open', 'attacker.example', '127.0.0.1'],
    ['open', 'localhost', '127.0.0.1'],
    ['any', 'attacker.example', 'localhost'],
    ['any', '127.0.0.1', '127.0.0.1'],
  ] as const;
  for (const [at, [which, from, to]] of tries.entries()) {
    const through = await relay({ to: agents[which].url });
    const prefix = `refused${String(at)}`;
    const tab = await browser.open(`http://${from}:${String(pages.port)}/`);
    // Cookies know no ports: the page's own go to every server on its address.
    await tab.run("document.cookie = 'seen=1; path=/'");
    const ways = await attack(tab, `http://${to}:${String(through.port)}`, prefix);
    const unseen = [...keptByBrowser, ...preflighted];
    await expectRefused(
      through,
      prefix,
      ways.filter((way) => !unseen.includes(way)),
    );
    const asked = through.requests.filter(({ method }) => method === 'OPTIONS').map(({ url }) => url);
    expect(asked).toContain('/v1/messages');
  }
  expect(await scene().simulator.texts()).toEqual([]);
});

it(
  'a name that is pointed at the agent after its page was loaded texts nobody',
  patience,
  async (context) => {
    const browser = await chromium(context);
    for (const [which, flags] of [[], ['--local-keys', 'any']].entries()) {
      const agent = await agentOf(flags);
      const pages = await pageServer();
      const origin = `http://rebound.example:${String(pages.port)}`;
      const tab = await browser.open(`${origin}/`);
      await pages.stop();
      const through = await relay({ to: agent.url, port: pages.port });
      const prefix = `rebound${String(which)}`;
      const ways = await attack(tab, origin, prefix);
      await expectRefused(through, prefix, ways);
      const own = through.requests.filter(
        ({ headers, url }) => url.includes('-x-acs') && headers['x-acs-action'],
      );
      // To the browser it is the page's own site: no question came first, and no header names the page.
      expect(own).toMatchObject([{ method: 'GET', headers: { host: new URL(origin).host } }]);
      expect(own[0]?.headers).not.toHaveProperty('origin');
    }
  },
);

it('the same pages text people where nothing tells the agent that a page asks', patience, async (context) => {
  const browser = await chromium(context);
  const pages = await pageServer();
  open.push(pages);
  const agent = await agentOf(['--local-keys', 'any']);
  const through = await relay({ to: agent.url, gullible: true });
  const tab = await browser.open(`http://attacker.example:${String(pages.port)}/`);
  const ways = await attack(tab, `http://127.0.0.1:${String(through.port)}`, 'gullible');
  const able = ways.filter((way) => ![...keptByBrowser, ...neverTaken].includes(way)).sort();
  await eventually('all have texted', async () => {
    expect(await texted('gullible')).toEqual(able);
  });
  expect(able.length).toBeGreaterThan(20);
});
