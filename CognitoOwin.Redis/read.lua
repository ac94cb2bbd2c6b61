-- Reads up to ARGV[4] entries behind the position ARGV[3]. Returns the id of the data, their age in milliseconds, the new position,
-- whether there are more, the number of entries that nobody of ours wrote, and three values for each of the others.
local after, limit, ignored = tonumber(ARGV[3]), tonumber(ARGV[4]), 0
if after > last then
  -- Redis has loaded an old copy. A position of the next days is one of Redis's clock; another one is none of ours.
  last = math.max(last, now, after < now + 86400000000 and after or 0)
  renew()
  after = 0
end
local found = redis.call('ZRANGEBYSCORE', log, '(' .. text(after), '+inf', 'WITHSCORES', 'LIMIT', 0, limit)
local keys, position = {}, after
for i = 1, #found, 2 do
  keys[#keys + 1] = found[i]
  position = tonumber(found[i + 1])
end
local result = { id, text((now - created) / 1000), text(position), #keys == limit and '1' or '0', '0' }
local values = #keys > 0 and redis.call('HMGET', entries, unpack(keys)) or {}
for i, key in ipairs(keys) do
  local moment, expires = parse(values[i])
  -- 400 characters of UTF-8 at most.
  if moment and #key <= 1600 then
    result[#result + 1], result[#result + 2], result[#result + 3] = key, text(moment), text(expires)
  else
    ignored = ignored + 1
  end
end
result[5] = text(ignored)
return result
