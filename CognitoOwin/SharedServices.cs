using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Owin;
using Owin;

namespace CognitoOwin;

/// <summary>Holds what all middlewares of one application share, on every branch of its pipeline: health and revocations.</summary>
internal sealed class SharedServices
{
    /// <summary>Names the services among the properties of an application and in the environment of a request.</summary>
    public const string Key = "cognitoowin.SharedServices";

    private readonly List<CognitoTokenValidator> _validators = [];
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

    public void Add(CognitoTokenValidator validator)
    {
        lock (_validators)
        {
            _validators.Add(validator);
        }
    }

    public CognitoHealth GetHealth()
    {
        lock (_validators)
        {
            return new CognitoHealth(
                [.. _validators.SelectMany(validator => validator.GetHealth().Pools)], _revocations!.GetHealth());
        }
    }
}
