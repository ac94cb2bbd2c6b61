-- Writes entries: three values each, from ARGV[4] on. ARGV[2] is the channel. ARGV[3] is how long an entry outlives its expiration, in
-- milliseconds, because Redis's clock may be wrong. An entry is never shortened, unless its moment is in the future. Returns how many
-- entries have changed.
local keep, changed = tonumber(ARGV[3]), 0
local old = redis.call('ZRANGEBYSCORE', expiry, '-inf', text(now / 1000 - keep), 'LIMIT', 0, 100)
if #old > 0 then
  redis.call('HDEL', entries, unpack(old))
  redis.call('ZREM', log, unpack(old))
  redis.call('ZREM', expiry, unpack(old))
end
for i = 4, #ARGV, 3 do
  local key, moment, expires = ARGV[i], tonumber(ARGV[i + 1]), tonumber(ARGV[i + 2])
  local knownMoment, knownExpires = parse(redis.call('HGET', entries, key))
  if knownMoment and knownMoment > math.max(moment, now / 1000 + 1800000) then
    -- No revocation of ours is half an hour ahead. It must not hide those that come.
    knownMoment = 0
  end
  local place = tonumber(redis.call('ZSCORE', log, key) or '')
  if not knownMoment or moment > knownMoment or expires > knownExpires or not place or place < 1 then
    moment, expires = math.max(moment, knownMoment or 0), math.max(expires, knownExpires or 0)
    last, changed = math.max(last + 1, now), changed + 1
    redis.call('HSET', entries, key, text(moment) .. ' ' .. text(expires))
    redis.call('ZADD', log, text(last), key)
    redis.call('ZADD', expiry, text(expires), key)
  end
end
if changed > 0 or #old > 0 then
  redis.call('HSET', meta, 'last', text(last), 'count', tostring(redis.call('HLEN', entries)))
end
if changed > 0 then
  -- Data that nobody uses any more disappear with the last entry.
  local latest = tonumber(redis.call('ZREVRANGE', expiry, 0, 0, 'WITHSCORES')[2])
  for _, name in ipairs({ entries, log, expiry }) do
    redis.call('PEXPIREAT', name, text(math.max(math.min(latest, 253402300799999), now / 1000) + keep))
  end
  publish()
end
return changed
