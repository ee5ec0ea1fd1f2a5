import type { Simulator } from './simulator.ts';

/** What a person needs to use a simulator that has just started, ready to paste. */
export function banner(simulator: Simulator): string {
  const rows: [string, string][] = [
    ...Object.entries(simulator.regions).map(([name, url]): [string, string] => [name, url]),
    ...Object.entries(simulator.gateways).map(([name, url]): [string, string] => [`${name} (gateway)`, url]),
    ['control', simulator.controlUrl],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const [firstRegion = '*'] = Object.keys(simulator.regions);
  const { controlUrl } = simulator;
  return [
    'waystation-simulator is ready; no text leaves this machine.',
    '',
    ...rows.map(([name, url]) => `  ${name.padEnd(width)}  ${url}`),
    '',
    ...Object.entries(simulator.accounts).flatMap(([name, account]) => describeAccount(name, account)),
    '',
    'Break a region, mend everything, look at what arrived:',
    `  curl -X POST ${controlUrl}/faults -d '{"region":"${firstRegion}","kind":"refuse"}'`,
    `  curl -X DELETE ${controlUrl}/faults`,
    `  curl ${controlUrl}/ledger/check`,
    '',
  ].join('\n');
}

function describeAccount(name: string, account: Simulator['accounts'][string]): string[] {
  const keys = [
    ...account.keys.map((key) => `key ${key.accessKeyId} secret ${key.accessKeySecret}`),
    ...account.apiKeys.map((key) => `apikey ${key}`),
  ];
  const signs = account.signs.map((sign) => sign.name).join(', ');
  const templates = Object.keys(account.templates).join(', ');
  const owns = `signs ${signs}${templates === '' ? '' : `; templates ${templates}`}`;
  return [`  account ${name}: ${keys.join('; ')}`, `    ${owns}`];
}
