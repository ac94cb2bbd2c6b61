-- Begins both scripts. They have four keys in one slot of a cluster:
--   meta     a hash: the id of the data, when they got it, the last position, the number of entries
--   entries  a hash: key of a revocation -> "moment expiration", in milliseconds
--   log      a sorted set of the keys by position: microseconds of Redis's clock, made to increase always
--   expiry   a sorted set of the keys by expiration
-- If they do not agree, one of them was lost or changed by somebody else. Then the data get a new id, at which every server writes again
-- what it knows. ARGV[1] is the id to take. ARGV[2] is the channel that tells the servers.
local meta, entries, log, expiry = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local function text(number) return string.format('%.0f', number) end
-- The moment and the expiration of an entry; nil if somebody else wrote it. The limit is the last millisecond of the year 9999.
local function parse(value)
  local moment, expires = string.match(value or '', '^(%d+) (%d+)$')
  moment, expires = tonumber(moment), tonumber(expires)
  if moment and expires and moment <= 253402300799999 and expires <= 253402300799999 then return moment, expires end
end
local function whole(value) return tonumber(string.match(value or '', '^%d+$') or '') end
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local id, created, last, count
local function renew()
  id, created = ARGV[1], now
  redis.call('HSET', meta, 'id', id, 'created', text(created), 'last', text(last), 'count', text(count))
  redis.call('PUBLISH', ARGV[2], text(last))
end
local state = redis.call('HMGET', meta, 'id', 'created', 'last', 'count')
id, created, last, count = state[1], whole(state[2]), whole(state[3]), whole(state[4])
local top = redis.call('ZREVRANGE', log, 0, 0, 'WITHSCORES')[2]
if not id or #id > 64 or not created or not last or count ~= redis.call('HLEN', entries) or count ~= redis.call('ZCARD', log)
  or count ~= redis.call('ZCARD', expiry) or (top and tonumber(top) > last) or last > 9000000000000000 then
  redis.call('UNLINK', entries, log, expiry)
  last, count = now, 0
  renew()
elseif created > now then
  -- Redis's clock went back.
  created = now
  redis.call('HSET', meta, 'created', text(created))
end
