using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Threading;
using CognitoOwin.Diagnostics;
using Microsoft.Owin;
using Owin;

namespace CognitoOwin;

/// <summary>Holds what all middlewares of one application share, on every branch of its pipeline: health and revocations.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Katana disposes no services; the reporter is disposed when the application ends.")]
internal sealed class SharedServices
{
    /// <summary>Names the services among the properties of an application and in the environment of a request.</summary>
    public const string Key = "cognitoowin.SharedServices";

    private const int MaximumUnknownNames = 100;

    // Guards the other fields too.
    private readonly List<CognitoTokenValidator> _validators = [];
    private readonly List<CognitoUserPool> _pools = [];
    private readonly HashSet<string> _poolsUsedTwice = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unknownNames = new(StringComparer.Ordinal);
    private bool _areNamesKnown = true;
    private CognitoLog _log = CognitoLog.None;
    private RefusalReporter? _refusals;
    private CognitoRevocationList? _revocations;

    /// <summary>Gets the revocations, which all validators check.</summary>
    public ICognitoRevocations Revocations => _revocations!;

    public static SharedServices GetOrCreate(IAppBuilder app)
    {
        if (!app.Properties.TryGetValue(Key, out var value) || value is not SharedServices services)
        {
            app.Properties[Key] = services = new SharedServices();
        }

        return services;
    }

    /// <summary>Gets the services of the application that answers a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="caller">The method that needs them, for the message.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="context"/> is null.</exception>
    /// <exception cref="InvalidOperationException">The request has not passed <c>app.UseCognitoJwt()</c>.</exception>
    public static SharedServices Get(IOwinContext context, string caller) =>
        (context ?? throw new ArgumentNullException(nameof(context))).Get<SharedServices?>(Key)
        ?? throw new InvalidOperationException(
            $"The request has not passed CognitoOwin: in Startup, call app.UseCognitoJwt() before the code that calls {caller}().");

    /// <summary>Gets the one list of revocations of the application.</summary>
    /// <param name="configured">The list of one middleware's options; null for the list of the other middlewares.</param>
    /// <returns>The list.</returns>
    /// <exception cref="InvalidOperationException">Another middleware has another list.</exception>
    public CognitoRevocationList ShareRevocations(CognitoRevocationList? configured)
    {
        lock (_validators)
        {
            // With two lists, a revocation in one of them would leave the token valid on the branch of the other.
            return configured == null || configured == (_revocations ?? configured)
                ? _revocations ??= configured ?? new CognitoRevocationList()
                : throw new InvalidOperationException(
                    "Two app.UseCognitoJwt() of one application have different lists of revocations. Set the same Revocations.List "
                    + "in all of them, or in none.");
        }
    }

    /// <summary>Gets the one reporter of the application, so that its limits hold for all middlewares together.</summary>
    /// <param name="time">The clock of the middleware that calls first.</param>
    /// <param name="log">Its log.</param>
    /// <param name="disposing">Is cancelled when the host ends the application.</param>
    /// <returns>The reporter.</returns>
    public RefusalReporter GetRefusals(TimeProvider time, CognitoLog log, CancellationToken disposing)
    {
        lock (_validators)
        {
            if (_refusals == null)
            {
                _refusals = new RefusalReporter(time, log);
                disposing.Register(_refusals.Dispose);
            }

            return _refusals;
        }
    }

    /// <summary>Adds the validator of one middleware.</summary>
    /// <param name="validator">The validator.</param>
    /// <param name="pools">The configured pools of the middleware.</param>
    /// <param name="hasResolver">Whether the application adds pools while it runs, so that their names are not known.</param>
    /// <param name="log">The log.</param>
    public void Add(CognitoTokenValidator validator, IEnumerable<CognitoUserPool> pools, bool hasResolver, CognitoLog log)
    {
        lock (_validators)
        {
            _validators.Add(validator);
            _log = log;
            _areNamesKnown &= !hasResolver;
            foreach (var pool in pools)
            {
                if (_pools.Exists(other => other.UserPoolId == pool.UserPoolId) && _poolsUsedTwice.Add(pool.UserPoolId!))
                {
                    log.PoolUsedTwice(pool.UserPoolId!);
                }

                _pools.Add(pool);
            }
        }
    }

    /// <summary>Checks a name of a user pool that the application's code requires, and warns once if no pool has it.</summary>
    /// <param name="name">The name.</param>
    public void CheckPoolName(string name)
    {
        lock (_validators)
        {
            if (_areNamesKnown
                && !_pools.Exists(pool => pool.Name == name)
                && _unknownNames.Count < MaximumUnknownNames
                && _unknownNames.Add(name))
            {
                _log.UnknownUserPool(name, _pools.Select(static pool => pool.Name).Distinct());
            }
        }
    }

    public CognitoHealth GetHealth()
    {
        lock (_validators)
        {
            // Two middlewares may have the same pool, each with its own keys. Report it once, as the one that is worse off.
            var pools = _validators
                .SelectMany(static validator => validator.GetHealth().Pools)
                .GroupBy(static pool => pool.UserPoolId)
                .Select(static same => same.OrderBy(static pool => pool.IsUsable).ThenBy(static pool => !pool.IsDegraded).First());
            return new CognitoHealth([.. pools], _revocations!.GetHealth());
        }
    }
}
