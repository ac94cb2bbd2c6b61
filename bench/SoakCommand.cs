using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using CognitoOwin.Testing;

namespace CognitoOwin.Bench;

/// <summary>
/// Sends mixed traffic for minutes: new, cached, expired and invalid tokens, while the pool rotates its keys. Checks each answer against
/// the state of the pool. For a short time after a change, both answers are allowed.
/// </summary>
internal static class SoakCommand
{
    private const int Window = 5;

    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(40);

    // The time after a change in which both answers are allowed, because a fetch or a thread may be late.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(4);

    public static int Run(string[] args)
    {
        var arguments = new Arguments(args, "--minutes", "--update-docs");
        var minutes = arguments.Number("--minutes", 10);
        using var pool = new CognitoTestPool();
        using var stranger = new CognitoTestPool();
        using var run = new Soak(pool, stranger);
        return run.Go(TimeSpan.FromMinutes(minutes), arguments.Has("--update-docs"));
    }

    /// <summary>A token, its key and its expiry, which determine when it must be accepted.</summary>
    private sealed class Issued(string header, TestSigningKey? key, DateTimeOffset expires)
    {
        public string Header { get; } = header;

        public TestSigningKey? Key { get; } = key;

        public DateTimeOffset Expires { get; } = expires;
    }

    private sealed class Soak : IDisposable
    {
        private readonly CognitoTestPool _pool;
        private readonly Pipeline _pipeline;
        private readonly ConcurrentDictionary<TestSigningKey, DateTimeOffset> _dropped = new();
        private readonly ConcurrentQueue<Issued> _new = new();
        private readonly string[] _strangers;
        private readonly Stopwatch _clock = new();
        private readonly ConcurrentQueue<string> _wrong = new();
        private volatile Issued[] _known = [];
        private volatile TestSigningKey _signing;
        private volatile bool _isOver;
        private long _accepted;
        private long _refused;
        private int _issued;
        private int _rotations;
        private int _wrongs;
        private ConcurrentQueue<double> _times = new();

        public Soak(CognitoTestPool pool, CognitoTestPool stranger)
        {
            _pool = pool;
            _signing = pool.IdTokenKey;

            // Creating a key takes long, so create all of them before the clock starts. TestSigningKey keeps a limited number.
            for (var i = 0; i < 16; i++)
            {
                TestSigningKey.Create();
            }

            _strangers = SampleTokens.Headers(SampleTokens.Create(stranger, 4));
            _pipeline = Pipeline.Ours(pool, options =>
            {
                options.ClockSkew = ClockSkew;
                options.Keys.RefreshInterval = RefreshInterval;
                options.Keys.MinimumRefetchInterval = TimeSpan.FromSeconds(1);

                // Fewer entries than valid tokens, so that the cache must evict some.
                options.TokenCache.MaximumEntries = 500;
            });
        }

        public int Go(TimeSpan length, bool updateDocs)
        {
            var samples = new List<(double Seconds, double LiveMiB, double RssMiB, int Requests, double P50, double P99)>();
            var threads = new List<Thread> { new(Issue), new(Rotate), new(() => Send(1)), new(() => Send(2)) };
            _clock.Start();
            threads.ForEach(thread => thread.Start());
            while (_clock.Elapsed < length)
            {
                Thread.Sleep(TimeSpan.FromSeconds(Window));
                var times = Interlocked.Exchange(ref _times, new ConcurrentQueue<double>()).ToArray();
                var live = GC.GetTotalMemory(forceFullCollection: true) / 1048576.0;
                samples.Add((_clock.Elapsed.TotalSeconds, live, Rss(), times.Length, Contest.Median(times), Contest.Percentile(times, 0.99)));
            }

            _isOver = true;
            threads.ForEach(thread => thread.Join());
            Write(samples, updateDocs);
            var summary = Summarize(samples);
            Console.WriteLine(summary);
            if (updateDocs)
            {
                Repository.UpdatePerformancePage("soak", "    " + summary);
            }

            return _wrongs == 0 ? 0 : 1;
        }

        public void Dispose() => _pipeline.Dispose();

        // Issues about twenty tokens per second, because signing takes time. Forgets tokens that expired long ago.
        private void Issue()
        {
            var tokens = new Queue<Issued>();
            while (!_isOver)
            {
                var key = _signing;
                var number = _issued++;
                var issued = DateTimeOffset.UtcNow;
                var token = number % 3 == 0
                    ? _pool.AccessToken("user" + number.ToString(CultureInfo.InvariantCulture))
                    : _pool.IdToken("user" + number.ToString(CultureInfo.InvariantCulture)).WithGroups("editors", "staff");
                var header = "Bearer " + token.SignedBy(key).WithLifetime(issued, Lifetime);
                var one = new Issued(header, key, DateTimeOffset.FromUnixTimeSeconds((issued + Lifetime).ToUnixTimeSeconds()));
                _new.Enqueue(one);
                tokens.Enqueue(one);
                while (tokens.Peek().Expires + TimeSpan.FromSeconds(15) < DateTimeOffset.UtcNow)
                {
                    tokens.Dequeue();
                }

                _known = [.. tokens];
                var spent = DateTimeOffset.UtcNow - issued;
                Thread.Sleep(Math.Max(1, 50 - (int)spent.TotalMilliseconds));
            }
        }

        // Like Cognito, the pool lists a key before it signs with it, and for a while after its last signature.
        private void Rotate()
        {
            while (!Sleep(20))
            {
                var old = _pool.Keys;
                _pool.RotateKeys();
                if (Sleep(10))
                {
                    return;
                }

                _signing = _pool.IdTokenKey;
                if (Sleep(20))
                {
                    return;
                }

                _pool.DropOldKeys();
                var now = DateTimeOffset.UtcNow;
                foreach (var key in old)
                {
                    _dropped.TryAdd(key, now);
                }

                _rotations++;
            }
        }

        private bool Sleep(int seconds)
        {
            for (var i = 0; i < seconds * 10 && !_isOver; i++)
            {
                Thread.Sleep(100);
            }

            return _isOver;
        }

        private void Send(int seed)
        {
            var random = new Random(seed);
            for (var count = 0; !_isOver; count++)
            {
                var known = _known;
                if (_new.TryDequeue(out var one))
                {
                    Send(one);
                }
                else if (known.Length > 0)
                {
                    var picked = known[random.Next(known.Length)];
                    switch (random.Next(100))
                    {
                        case < 90:
                            Send(picked);
                            break;
                        case < 93:
                            Send(new Issued(Tamper(picked.Header, random), null, default));
                            break;
                        case < 96:
                            Send(new Issued(_strangers[random.Next(_strangers.Length)], null, default));
                            break;
                        default:
                            Send(new Issued("Bearer " + new string('x', random.Next(2000)) + ".y.z", null, default));
                            break;
                    }
                }

                if (count % 20 == 0)
                {
                    // Leave time for the other threads. This test measures a long run and not the maximum rate.
                    Thread.Sleep(1);
                }
            }
        }

        private void Send(Issued token)
        {
            var (mustRefuse, mustAccept) = Expect(token, DateTimeOffset.UtcNow);
            var start = Stopwatch.GetTimestamp();
            var status = _pipeline.SendAsync(token.Header).GetAwaiter().GetResult();
            _times.Enqueue((Stopwatch.GetTimestamp() - start) * 1e6 / Stopwatch.Frequency);
            Interlocked.Increment(ref status == 200 ? ref _accepted : ref _refused);

            // The expected answer at the end counts too, because the request may have waited for its thread.
            var (lateMustRefuse, lateMustAccept) = Expect(token, DateTimeOffset.UtcNow);
            if ((status == 200 && mustRefuse && lateMustRefuse) || (status != 200 && mustAccept && lateMustAccept))
            {
                Interlocked.Increment(ref _wrongs);
                if (_wrong.Count < 20)
                {
                    _wrong.Enqueue($"{_clock.Elapsed}: {status} for a token that expires at {token.Expires:O}, key {token.Key?.Id ?? "unknown"}");
                }
            }
        }

        private (bool MustRefuse, bool MustAccept) Expect(Issued token, DateTimeOffset now)
        {
            if (token.Key == null)
            {
                return (true, false);
            }

            var isDropped = _dropped.TryGetValue(token.Key, out var droppedAt);
            var end = token.Expires + ClockSkew;
            return (now > end || (isDropped && now > droppedAt + RefreshInterval + Tolerance), now < end && !isDropped && _pool.Keys.Contains(token.Key));
        }

        private static string Tamper(string header, Random random)
        {
            var position = random.Next("Bearer ".Length, header.Length - 1);
            var other = header[position] == 'Q' ? 'g' : 'Q';
            return header[position] == '.' ? header + "x" : header.Substring(0, position) + other + header.Substring(position + 1);
        }

        private static double Rss()
        {
            const string Statistics = "/proc/self/statm";
            return File.Exists(Statistics)
                ? long.Parse(File.ReadAllText(Statistics).Split(' ')[1], CultureInfo.InvariantCulture) * 4096 / 1048576.0
                : Environment.WorkingSet / 1048576.0;
        }

        private static void Write(List<(double Seconds, double LiveMiB, double RssMiB, int Requests, double P50, double P99)> samples, bool updateDocs)
        {
            var csv = new StringBuilder("seconds,live_mib,rss_mib,requests,p50_us,p99_us\n");
            foreach (var (seconds, live, rss, requests, p50, p99) in samples)
            {
                csv.AppendFormat(CultureInfo.InvariantCulture, "{0:F1},{1:F2},{2:F1},{3},{4:F1},{5:F1}\n", seconds, live, rss, requests, p50, p99);
            }

            File.WriteAllText(Repository.Artifact("soak.csv"), csv.ToString());
            new SvgPlot("Soak: mixed traffic with key rotations", "seconds")
                .Panel("live objects, MiB", ("live", samples.Select(sample => (sample.Seconds, sample.LiveMiB))))
                .Panel("resident memory, MiB", ("resident", samples.Select(sample => (sample.Seconds, sample.RssMiB))))
                .Panel("latency, µs", ("median", samples.Select(sample => (sample.Seconds, sample.P50))), ("p99", samples.Select(sample => (sample.Seconds, sample.P99))))
                .Save(Repository.Image("soak.svg", updateDocs));
        }

        private string Summarize(List<(double Seconds, double LiveMiB, double RssMiB, int Requests, double P50, double P99)> samples)
        {
            foreach (var wrong in _wrong)
            {
                Console.WriteLine(wrong);
            }

            var afterFirst = samples.Where(sample => sample.Seconds > 60).ToList();
            var half = afterFirst.Count / 2;
            string Live(IEnumerable<(double, double LiveMiB, double, int, double, double)> some) =>
                Contest.Median(some.Select(sample => sample.LiveMiB)).ToString("F1", CultureInfo.InvariantCulture);
            var memory = half == 0
                ? "too short to measure memory"
                : $"live memory after the first minute {Live(afterFirst.Take(half))} MiB, then {Live(afterFirst.Skip(half))} MiB";
            return string.Format(
                CultureInfo.InvariantCulture,
                "soak: {0:F0} s, {1} requests ({2} accepted, {3} rejected), {4} tokens, {5} key rotations, {6} wrong answers; "
                + "{7}; median {8:F0} µs, p99 {9:F0} µs",
                _clock.Elapsed.TotalSeconds,
                _accepted + _refused,
                _accepted,
                _refused,
                _issued,
                _rotations,
                _wrongs,
                memory,
                Contest.Median(samples.Select(sample => sample.P50)),
                Contest.Median(samples.Select(sample => sample.P99)));
        }
    }
}
