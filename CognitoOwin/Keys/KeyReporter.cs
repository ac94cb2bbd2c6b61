using System;
using System.Collections.Generic;
using System.Linq;
using CognitoOwin.Diagnostics;

namespace CognitoOwin.Keys;

/// <summary>Tells the operator about the fetches of one user pool, in the log and in metrics.</summary>
internal sealed class KeyReporter(CognitoUserPool userPool, KeyMetrics metrics, TimeProvider time, CognitoLog log)
{
    // Guards the other fields too.
    private readonly HashSet<string> _unusedAddresses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RepeatedFailures> _failures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _skipped = new(StringComparer.Ordinal);
    private bool _isOutage;

    /// <summary>Reports the end of a fetch.</summary>
    /// <param name="address">The address that was fetched.</param>
    /// <param name="duration">How long the fetch took.</param>
    /// <param name="set">The keys; null if the fetch failed.</param>
    /// <param name="failure">Why the fetch failed; null if it succeeded.</param>
    /// <param name="skipped">One sentence for every entry of the answer that was left out.</param>
    /// <param name="dropped">The keys that the pool no longer lists.</param>
    /// <param name="hasUsableKeys">Whether any address of the pool has usable keys.</param>
    /// <param name="isUsed">Whether this address has ever brought keys.</param>
    public void ReportFetch(
        string address,
        TimeSpan duration,
        KeySet? set,
        JwksException? failure,
        List<string> skipped,
        List<SigningKey> dropped,
        bool hasUsableKeys,
        bool isUsed)
    {
        metrics.RecordFetch(duration, failure);
        if ((set != null || skipped.Count > 0) && TryChangeSkipped(address, skipped))
        {
            skipped.ForEach(reason => log.KeySkipped(userPool, reason));
        }

        foreach (var keyId in dropped.Select(static key => key.Id).Distinct(StringComparer.Ordinal))
        {
            log.KeyDropped(userPool, keyId);
        }

        if (failure == null)
        {
            log.KeysFetched(userPool, set!.Keys.Count);

            // All addresses failed in an outage of the pool, and it has one end.
            var failures = TrySetOutage(false) ? ResetFailures() : GetFailures(address).Reset();
            if (failures > 0)
            {
                log.OutageEnded(userPool, address, failures);
            }
        }
        else if (hasUsableKeys && !isUsed)
        {
            // AWS serves the updated address only after the pool was switched to it, so this is no fault.
            if (TryMarkUnused(address))
            {
                log.AddressUnused(userPool, address, failure.Failure.ToString(), failure.Message);
            }
        }
        else
        {
            TrySetOutage(!hasUsableKeys);
            if (GetFailures(address).Add((failure.Failure, hasUsableKeys), out var failures))
            {
                log.KeysFetchFailed(
                    userPool, address, failure.Failure.ToString(), failure.Message, failure.InnerException, hasUsableKeys, failures);
            }
        }
    }

    /// <summary>Reports a lookup that was refused because no fetch is due.</summary>
    /// <param name="lookup">The result of the lookup.</param>
    /// <param name="isFirst">Whether it is the first one of its cool-down.</param>
    public void ReportRefusal(KeyLookup lookup, bool isFirst)
    {
        metrics.RecordRefusedLookup(lookup);
        if (isFirst && !lookup.HasFailed)
        {
            // Log once per cool-down, so that a flood of tokens does not flood the log. In an outage the key may be the pool's, so the
            // failed fetch is the message.
            log.LookupsRefused(userPool);
        }
    }

    private RepeatedFailures GetFailures(string address)
    {
        lock (_unusedAddresses)
        {
            if (!_failures.TryGetValue(address, out var failures))
            {
                _failures.Add(address, failures = new RepeatedFailures(time));
            }

            return failures;
        }
    }

    private int ResetFailures()
    {
        lock (_unusedAddresses)
        {
            return _failures.Values.Sum(static failures => failures.Reset());
        }
    }

    // A document is fetched again and again, and has the same entries each time.
    private bool TryChangeSkipped(string address, List<string> skipped)
    {
        lock (_unusedAddresses)
        {
            var hasChanged = !_skipped.TryGetValue(address, out var before) || !before.SequenceEqual(skipped, StringComparer.Ordinal);
            _skipped[address] = skipped;
            return hasChanged;
        }
    }

    private bool TryMarkUnused(string address)
    {
        lock (_unusedAddresses)
        {
            return _unusedAddresses.Add(address);
        }
    }

    private bool TrySetOutage(bool isOutage)
    {
        lock (_unusedAddresses)
        {
            var hasChanged = _isOutage != isOutage;
            _isOutage = isOutage;
            return hasChanged;
        }
    }
}
