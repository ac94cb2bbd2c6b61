-- Begins both scripts. They have four keys in one slot of a cluster:
--   meta     a hash: the id of the data, when they got it, the last position, the number of entries, the run of Redis
--   entries  a hash: key of a revocation -> "moment expiration", in milliseconds
--   log      a sorted set of the keys by position: microseconds of Redis's clock, made to increase always
--   expiry   a sorted set of the keys by expiration
-- If they do not agree, one of them was lost or changed by somebody else. Then the data get a new id, at which every server writes again
-- what it knows. So they do if Redis was restarted or a replica took over, because the last entries may be lost. ARGV[1] is the id to take.
-- ARGV[2] is the channel that tells the servers.
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
-- Without the right to read it, a restart is noticed by the connections only.
local info = redis.pcall('INFO', 'server')
local run = type(info) == 'string' and string.match(info, 'run_id:(%x+)') or ''
local function isOther(name, kind)
  local found = redis.call('TYPE', name).ok
  return found ~= kind and found ~= 'none'
end
if isOther(meta, 'hash') or isOther(entries, 'hash') or isOther(log, 'zset') or isOther(expiry, 'zset') then
  redis.call('UNLINK', meta, entries, log, expiry)
end
local state = redis.call('HMGET', meta, 'id', 'created', 'last', 'count', 'run')
local id, created, last, count = state[1], whole(state[2]), whole(state[3]), whole(state[4])
-- Without the right to send it, the servers notice at their next readings.
local function publish() redis.pcall('PUBLISH', ARGV[2], text(last)) end
local function renew()
  id, created = ARGV[1], now
  redis.call('HSET', meta, 'id', id, 'created', text(created), 'last', text(last), 'count', text(count), 'run', run)
  publish()
end
local top = redis.call('ZREVRANGE', log, 0, 0, 'WITHSCORES')[2]
if not id or #id > 64 or not created or not last or count ~= redis.call('HLEN', entries) or count ~= redis.call('ZCARD', log)
  or count ~= redis.call('ZCARD', expiry) or (top and tonumber(top) > last) or last > 9000000000000000 then
  redis.call('UNLINK', entries, log, expiry)
  last, count = now, 0
  renew()
elseif state[5] ~= run then
  last = math.max(last, now)
  renew()
elseif created > now then
  -- Redis's clock went back.
  created = now
  redis.call('HSET', meta, 'created', text(created))
end
