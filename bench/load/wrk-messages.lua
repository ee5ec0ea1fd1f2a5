-- Messages of the native API, each with an OutId of its own; with "keyed" also an Idempotency-Key of its own.
-- Arguments: [keyed|plain] [a word that no other run uses]
local keyed, run, count, headers

function init(args)
  keyed = args[1] == 'keyed'
  run = args[2] or 'run'
  count = 0
  headers = { ['content-type'] = 'application/json' }
end

function request()
  count = count + 1
  local id = run .. '-' .. count
  if keyed then headers['idempotency-key'] = id end
  local body = '{"phoneNumbers":"138' .. string.format('%08d', count % 100000000)
    .. '","signName":"阿里云","templateCode":"SMS_154950909","templateParam":{"code":"123456"},"outId":"' .. id .. '"}'
  return wrk.format('POST', '/v1/messages', headers, body)
end
