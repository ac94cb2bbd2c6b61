using System.Collections.Generic;
using System.Linq;
using Owin;

namespace CognitoOwin;

/// <summary>Gathers the health of all validators of one application, on every branch of its pipeline.</summary>
internal sealed class CognitoHealthSource
{
    /// <summary>Names the source among the properties of an application and in the environment of a request.</summary>
    public const string Key = "cognitoowin.Health";

    private readonly List<CognitoTokenValidator> _validators = [];

    public static CognitoHealthSource GetOrCreate(IAppBuilder app)
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
