using System;
using System.Collections.Generic;

namespace Microsoft.Owin.Security;

public class AuthenticationDescription
{
    public AuthenticationDescription()
        : this(new Dictionary<string, object>(StringComparer.Ordinal))
    {
    }

    public AuthenticationDescription(IDictionary<string, object> properties) =>
        Properties = properties ?? throw new ArgumentNullException(nameof(properties));

    public IDictionary<string, object> Properties { get; }

    public string AuthenticationType
    {
        get => Read(nameof(AuthenticationType));
        set => Properties[nameof(AuthenticationType)] = value;
    }

    public string Caption
    {
        get => Read(nameof(Caption));
        set => Properties[nameof(Caption)] = value;
    }

    private string Read(string name) => Properties.TryGetValue(name, out var value) ? value as string : null;
}
