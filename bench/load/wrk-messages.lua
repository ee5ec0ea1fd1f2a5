-- Messages of the native API, each with an OutId of its own, where "keyed" with an Idempotency-Key of its own.
-- Arguments: a word that no other run uses, keyed|plain, numbers a message, template, and the most ms that a
-- connection rests between its sends.
local run, keyed, more, template, count, headers

function init(args)
  run = args[1]
  keyed = args[2] == 'keyed'
  template = args[4]
  count = 0
  headers = { ['content-type'] = 'application/json' }
  local others = {}
  for other = 2, tonumber(args[3]) do others[#others + 1] = string.format(',"139%08d"', other) end
  more = table.concat(others)
  local rest = tonumber(args[5])
  -- wrk asks for a rest only where there is such a function.
  if rest > 0 then delay = function() return math.random(0, rest) end end
end

function request()
  count = count + 1
  local id = run .. '-' .. count
  if keyed then headers['idempotency-key'] = id end
  local body = '{"phoneNumbers":["138' .. string.format('%08d', count % 100000000) .. '"' .. more
    .. '],"signName":"阿里云","templateCode":"' .. template
    .. '","templateParam":{"code":"123456"},"outId":"' .. id .. '"}'
  return wrk.format('POST', '/v1/messages', headers, body)
end
