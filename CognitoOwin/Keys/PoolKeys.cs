using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using CognitoOwin.Diagnostics;
using CognitoOwin.Http;

namespace CognitoOwin.Keys;

/// <summary>
/// Holds the public keys of one user pool, by the issuers of its tokens. Each issuer has an address of its own, unless the
/// settings name one source for the whole pool.
/// </summary>
internal sealed class PoolKeys : IDisposable
{
    private const int MaximumWaiting = 100;

    private const int Idle = 0;
    private const int Asking = 1;
    private const int AskAgain = 2;

    private readonly CognitoUserPool _userPool;
    private readonly bool _cachingEnabled;
    private readonly TimeProvider _time;
    private readonly PoolKeyStores _stores;
    private readonly Dictionary<string, AddressKeys> _byIssuer = new(StringComparer.Ordinal);
    private readonly AddressKeys[] _addresses;
    private int _waiting;

    // One of the constants. A call that comes while the addresses are asked makes them be asked once more, because a fetch may have
    // become due since then.
    private int _asking;

    /// <param name="userPool">The pool.</param>
    /// <param name="options">How its keys are fetched and kept.</param>
    /// <param name="clockSkew">How much the clocks of Cognito and of this host may differ.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">The log.</param>
    /// <param name="isResolved">Whether the pool is not configured: the application has returned it while it runs.</param>
    public PoolKeys(
        CognitoUserPool userPool,
        CognitoKeysOptions options,
        TimeSpan clockSkew,
        TimeProvider time,
        CognitoLog log,
        bool isResolved = false)
    {
        _userPool = userPool;
        _cachingEnabled = options.CachingEnabled;
        _time = time;
        _stores = new PoolKeyStores(options, time);
        var metrics = isResolved ? KeyMetrics.Resolved : new KeyMetrics(userPool.Name!);
        var reporter = new KeyReporter(userPool, metrics, time, log);
        var shared = JwksSource.CreateShared(userPool, options, time) is { } source ? Create(source) : null;
        foreach (var issuer in userPool.Issuers.Distinct(StringComparer.Ordinal))
        {
            _byIssuer.Add(issuer, shared ?? Create(JwksSource.Create(issuer, options, time)));
        }

        _addresses = [.. _byIssuer.Values.Distinct()];
        if (!isResolved)
        {
            // Now that all stores exist, because a collection of metrics may read them at any time.
            metrics.Observe(_stores);
        }

        if (options.Prefetch)
        {
            // The first use of MemoryCache takes up to 40 ms. The start of the application must not wait for it.
            using (ExecutionFlow.Suppress())
            {
                _ = Task.Run(FetchIfDue);
            }
        }

        AddressKeys Create(JwksSource source) =>
            new(this, new KeyFetcher(userPool, source, _stores, options, clockSkew, time, reporter), _stores, options, time);
    }

    /// <summary>Gets the issuers of the pool's tokens, each with the keys of its tokens.</summary>
    public IReadOnlyDictionary<string, AddressKeys> ByIssuer => _byIssuer;

    /// <summary>Gets the pool's addresses but one.</summary>
    /// <param name="address">The one.</param>
    /// <returns>The others.</returns>
    public IEnumerable<AddressKeys> GetOthers(AddressKeys address) => _addresses.Where(other => other != address);

    /// <summary>
    /// Gets the state of the pool's keys, and starts a fetch that is due, so that a later call knows its result.
    /// </summary>
    /// <returns>The state.</returns>
    public CognitoPoolHealth GetHealth()
    {
        // Read the state first. Otherwise it would depend on how fast the fetch is.
        var health = ReadHealth();
        FetchIfDue();
        return health;
    }

    /// <summary>
    /// Starts the fetches that are due in the background. The call never blocks. If no key is known, it asks one address after
    /// the other until one has keys.
    /// </summary>
    public void FetchIfDue()
    {
        if (_stores.HasUsableKeys)
        {
            RefreshKept();
        }
        else if (Interlocked.Exchange(ref _asking, AskAgain) == Idle)
        {
            _ = AskInTurnAsync();
        }
    }

    /// <summary>Starts the fetches that are due at addresses whose keys are kept.</summary>
    public void RefreshKept()
    {
        foreach (var address in _addresses)
        {
            if (address.Fetcher.Kept != null)
            {
                address.Fetcher.StartIfDue();
            }
        }
    }

    /// <summary>Waits, unless too many requests wait already.</summary>
    /// <param name="time">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="true"/> after the time; <see langword="false"/> at once if too many requests wait.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<bool> TryWaitAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > MaximumWaiting)
            {
                return false;
            }

            await _time.Delay(time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose()
    {
        lock (_stores.Gate)
        {
            foreach (var address in _addresses)
            {
                address.Fetcher.Stop();
            }

            _stores.Close();
        }

        foreach (var address in _addresses)
        {
            address.Fetcher.Dispose();
        }
    }

    private CognitoPoolHealth ReadHealth()
    {
        lock (_stores.Gate)
        {
            // An address that never brought keys is one that the pool does not use, as long as another has brought some.
            KeyFetcher[] used = [.. _addresses.Select(static address => address.Fetcher).Where(static fetcher => fetcher.HasFetched)];
            var failure = (used.Length > 0 ? used : _addresses.Select(static address => address.Fetcher))
                .Select(static fetcher => fetcher.LastFailure)
                .FirstOrDefault(static failure => failure != null);
            return new CognitoPoolHealth(
                _userPool,
                _stores.Latest,
                failure != null ? false : used.Length > 0 ? true : null,
                failure?.Summary,
                _cachingEnabled ? _stores.HasUsableKeys : Array.Exists(used, static fetcher => fetcher.LastFailure == null));
        }
    }

    private async Task AskInTurnAsync()
    {
        try
        {
            do
            {
                Volatile.Write(ref _asking, Asking);
                await AskUntilAnsweredAsync().ConfigureAwait(false);
            }
            while (Interlocked.CompareExchange(ref _asking, Idle, Asking) == AskAgain);
        }
        catch
        {
            // Later calls must ask again.
            Volatile.Write(ref _asking, Idle);
            throw;
        }
    }

    private async Task AskUntilAnsweredAsync()
    {
        foreach (var address in _addresses)
        {
            var fetch = address.Fetcher.StartIfDue();
            if (fetch != null ? await fetch.ConfigureAwait(false) != null : address.Fetcher.LastFailure == null)
            {
                return;
            }
        }
    }
}
