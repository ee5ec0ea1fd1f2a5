/**
 * What a newcomer is told once everything runs: addresses, and lines that are ready to be pasted. `isNew`: nothing
 * is there of an earlier start. `etcdPid`: the process that may be ended alone.
 */
export function whatToTry({ api, admin, control, etcd }, { isNew, etcdPid }) {
  const url = (port, path = '') => `http://127.0.0.1:${port}${path}`;
  const json = `-H 'content-type: application/json'`;
  const message = JSON.stringify({
    phoneNumbers: '13800138000',
    signName: '阿里云',
    templateCode: 'SMS_154950909',
    templateParam: { code: '1234' },
  });
  const strategy = isNew ? 'at first 70 % cn-hangzhou, 30 % ap-southeast-1' : 'the one of the last start';
  const ledger = isNew ? '' : ', and has forgotten the texts of the last start';
  const send = `curl -s ${url(api, '/v1/messages')} ${json} -d '${message}'`;
  return `
Waystation runs.

  agent      ${url(api)}   takes sends; admin port ${url(admin)} (/readyz, /status)
  simulator  ${url(control)}   control and ledger; it plays Alibaba Cloud, no real text is sent${ledger}
  etcd       ${url(etcd)}   holds the strategy; ${strategy}

Try, in another terminal in this folder:

  # send a text
  ${send}

  # move the traffic; the next texts go the new way
  npx wayctl weights set default cn-hangzhou=10 ap-southeast-1=90 --yes --wait

  # break a region, send again, and see that the texts go out by the other one
  curl -s ${url(control, '/faults')} ${json} -d '{"kind":"refuse","region":"ap-southeast-1"}'
  ${send}

  # mend it
  curl -s -X DELETE ${url(control, '/faults')}

  # lose an answer: the text goes out, its answer does not; the provider is asked, and knows it
  curl -s ${url(control, '/faults')} ${json} -d '{"kind":"reset","accepted":true,"count":1,"match":{"action":"SendSms"}}'
  ${send}

  # what reached the phones: nothing lost, nothing doubled?
  curl -s ${url(control, '/ledger/check')}

  npx wayctl status

  # end etcd: texts go out by the last good strategy
  kill ${etcdPid}
  ${send}

Ctrl-C ends everything.`;
}
