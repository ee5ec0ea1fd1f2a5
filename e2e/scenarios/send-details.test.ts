import { request } from 'undici';
import { expect, it } from 'vitest';
import type { AgentProcess } from '../harness/agent.ts';
import { eventually } from '../harness/eventually.ts';
import { sceneOfFile } from '../harness/scene-of-file.ts';
import type { Document, Scene } from '../harness/scene.ts';

const scene = sceneOfFile({ simulator: { records: { appearAfterMs: 0, deliverAfterMs: 0 } } });

interface Answer {
  readonly Code: string;
  readonly BizId?: string;
  readonly TotalCount?: string;
  readonly SmsSendDetailDTOs?: { readonly SmsSendDetailDTO: readonly Readonly<Record<string, unknown>>[] };
}

/** Two accounts, one in each region, and a gateway; each takes the texts of a sign of its own. */
function strategyOf(set: Scene): Document {
  const gateway = {
    provider: 'http',
    endpoint: set.simulator.urls['other'],
    credential: 'other',
    contents: { SMS_154950909: 'Your code is ${code}.' },
    request: {
      method: 'POST',
      body: 'form',
      fields: {
        apikey: '${credential.key}',
        mobile: '${phone.national}',
        content: '【${signName}】${content}',
      },
    },
    answer: { code: '/code', accepted: ['0'], id: '/sid', otherwise: 'unknown' },
  };
  const route = (name: string, country?: string) => ({
    name,
    match: country === undefined ? { signNames: ['by name'] } : { countryCodes: [country] },
    policy: { kind: 'primary-backup', order: [name] },
    onUnknownOutcome: 'fail',
  });
  return set.strategy({
    channels: {
      main: set.channel('cn-hangzhou'),
      second: set.channel('ap-southeast-1', { credential: 'second' }),
      gateway,
    },
    routes: [
      route('second'),
      route('main', '86'),
      { name: 'gateway', policy: { kind: 'primary-backup', order: ['gateway'] }, onUnknownOutcome: 'fail' },
    ],
    health: { probe: { kind: 'off' } },
  });
}

const second = {
  WAYSTATION_CREDENTIAL_SECOND_ACCESS_KEY_ID: 'LTAISimulatorSecond',
  WAYSTATION_CREDENTIAL_SECOND_ACCESS_KEY_SECRET: 'simulator-secret-of-second',
};

async function call(agent: AgentProcess, action: string, parameters: Readonly<Record<string, string>>) {
  const shared = { Action: action, Version: '2017-05-25', Format: 'JSON', AccessKeyId: 'LTAILocal' };
  const query = new URLSearchParams({ ...shared, ...parameters });
  const key = parameters['OutId'];
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  const { body } = await request(`${agent.url}/?${query.toString()}`, { headers });
  return (await body.json()) as Answer;
}

function send(agent: AgentProcess, number: string, outId: string): Promise<Answer> {
  const what = { SignName: '阿里云', TemplateCode: 'SMS_154950909', TemplateParam: '{"code":"123456"}' };
  return call(agent, 'SendSms', { ...what, PhoneNumbers: number, OutId: outId });
}

function details(agent: AgentProcess, number: string, bizId?: string): Promise<Answer> {
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
  const asked = { PhoneNumber: number, SendDate: day, PageSize: '10', CurrentPage: '1' };
  return call(agent, 'QuerySendDetails', { ...asked, ...(bizId !== undefined && { BizId: bizId }) });
}

const rowsOf = ({ SmsSendDetailDTOs }: Answer) => SmsSendDetailDTOs?.SmsSendDetailDTO ?? [];

it('what became of a text is asked where it went, also after a crash', async () => {
  const set = scene();
  await set.apply(strategyOf(set));
  const dataDir = set.path('data');
  const options = { dataDir, env: second, flags: ['--local-keys', 'any'] };
  const agent = await set.agent(options);
  const byMain = await send(agent, '13800138000', 'by-main');
  const byGateway = await send(agent, '6591234567', 'by-gateway');
  expect([byMain.Code, byGateway.Code, byGateway.BizId]).toEqual(['OK', 'OK', expect.stringMatching(/^ws-/)]);
  await eventually('both are in the journal', async () => {
    expect((await agent.status()).journal.done).toBe(2);
  });
  agent.process.signal('SIGKILL');
  await agent.process.exited;

  const again = await set.agent(options);
  await set.simulator.setFault({ region: 'ap-southeast-1', kind: 'refuse' });
  // The other account cannot be asked, and need not be.
  const told = await details(again, '13800138000', byMain.BizId);
  expect([told.Code, told.TotalCount, rowsOf(told)]).toMatchObject(['OK', '1', [{ OutId: 'by-main' }]]);
  expect(await details(again, '13800138000')).toMatchObject({ Code: 'ServiceUnavailable' });
  const own = await details(again, '6591234567', byGateway.BizId);
  expect([own.TotalCount, rowsOf(own)]).toMatchObject(['1', [{ PhoneNum: '659****4567', SendStatus: 1 }]]);

  await set.simulator.clearFaults();
  const all = await details(again, '13800138000');
  expect([all.Code, all.TotalCount]).toEqual(['OK', '1']);
});
