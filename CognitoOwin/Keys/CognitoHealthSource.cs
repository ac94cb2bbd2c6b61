using System;
using System.Collections.Generic;
using System.Linq;
using Owin;

namespace CognitoOwin.Keys;

/// <summary>The validators of one application, on every branch of its pipeline.</summary>
internal sealed class CognitoHealthSource
{
    /// <summary>Where an application has it among its properties, and a request in its environment.</summary>
    public const string Key = "cognitoowin.Health";

    private readonly List<CognitoTokenValidator> _validators = [];

    public static CognitoHealthSource Of(IAppBuilder app)
    {
        if (!app.Properties.TryGetValue(Key, out var value) || value is not CognitoHealthSource source)
        {
            app.Properties[Key] = source = new CognitoHealthSource();
        }

        return source;
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
            return new CognitoHealth([.. _validators.SelectMany(validator => validator.GetHealth().Pools)]);
        }
    }
}
